import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { watchTrip, watchVehicles, type End, type Strategy } from './index.js';
import { json, openSse, position, serve } from './testing/script-server.js';
import type { Capabilities, TripState, ViewportMessage } from './types.js';

/** The examples that stand in the written wire protocol. From artifacts/, where this runs compiled. */
const { $defs } = JSON.parse(readFileSync(new URL('../../../docs/wire-schemas.json', import.meta.url), 'utf8')) as {
  $defs: Record<string, { examples: unknown[] }>;
};
const examples = <T>(name: string): T[] => $defs[name]!.examples as T[];
const limit = { timeout: 60_000 };
const strategies: readonly Strategy[] = ['sse', 'websocket', 'long-poll', 'poll'];

for (const strategy of strategies) {
  test(`the written trip states are handed out as they are, by ${strategy}`, limit, async (t) => {
    for (const example of examples<TripState>('TripState')) {
      const server = await serve(t, {
        http: (asked, response) =>
          asked.way === 'sse' ? openSse(response, position(example)) : json(response, 200, example, { ETag: `"${example.cursor}"` }),
        webSocket: (_, socket) => socket.send(JSON.stringify(example)),
      });
      const watched = watchTrip(server.url, { strategy, WebSocket, signal: server.over });
      for await (const state of watched) {
        assert.deepEqual(state, example);
        break;
      }
      watched.close();
    }
  });
}

test('the written viewport states are merged', limit, async (t) => {
  const [whole, changes] = examples<ViewportMessage>('ViewportState');
  const server = await serve(t, { http: (_, response) => openSse(response, position(whole!) + position(changes!)) });
  const watched = watchVehicles(server.url, { bbox: [0, 0, 1, 1], strategy: 'sse', signal: server.over });
  await new Promise<void>((resolve) => {
    watched.on('state', ({ cursor }) => {
      if (cursor === changes!.cursor) resolve();
    });
  });
  assert.deepEqual([...watched.latest!.vehicles.values()], changes!.vehicles);
  watched.close();
});

test('the written end, drain and capabilities are understood', limit, async (t) => {
  const [end] = examples<{ reason: string }>('End');
  const [drain] = examples<{ reconnectAfterMs: number }>('Drain');
  const [capabilities] = examples<Capabilities>('Capabilities');
  const server = await serve(t, {
    capabilities: capabilities!,
    webSocket: (asked, socket) => {
      if (asked.nth > 0) return socket.send(JSON.stringify({ end }));
      socket.send(JSON.stringify({ drain }));
      socket.close(1001, 'draining');
    },
  });
  const watched = watchTrip(server.url, { strategy: 'websocket', WebSocket, signal: server.over });
  const waits: number[] = [];
  watched.on('status', ({ phase, retryAtMs }) => {
    if (phase === 'waiting') {
      waits.push((retryAtMs ?? 0) - Date.now());
      // What it was told is seen; nobody needs to wait for it.
      setTimeout(() => watched.retryNow());
    }
  });
  const ended = await new Promise<End>((resolve) => watched.on('end', resolve));
  assert.equal(ended.reason, end!.reason);
  assert.equal(waits.length, 1);
  assert.ok(Math.abs(waits[0]! - drain!.reconnectAfterMs) < 200, `${waits[0]} ms`);
  assert.equal(watched.capabilities.maxWaitSeconds, capabilities!.maxWaitSeconds);
});

test('the age of a picture is told as it is written', limit, async (t) => {
  const [seen] = examples<{ seen: number; strategy: Strategy }>('Seen');
  const now = 1_764_000_000_000;
  const state = { ...examples<TripState>('TripState')[0]!, vehicle: { lat: 1, lng: 2, time: now } };
  const said = new Promise<unknown>((resolve) => {
    void serve(t, {
      capabilities: { now },
      http: (_, response) => openSse(response, position(state)),
      seen: (request, response) => {
        response.writeHead(204).end();
        request.setEncoding('utf8').on('data', (text: string) => resolve(JSON.parse(text)));
      },
    }).then((server) =>
      watchTrip(server.url, { strategy: seen!.strategy, signal: server.over, checkEveryMs: 10, seenEveryMs: 10, shown: () => now - 3_600_000 }),
    );
  });
  assert.deepEqual(await said, { ...seen, seen: 3_600_000 });
});

import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { watchTrip, watchVehicles, type TripWatch, type WatchOptions } from './index.js';
import { json, openSse, position, serve, trip, type Asked, type Script, type ScriptServer } from './testing/script-server.js';
import { Browser } from './testing/tabs.js';

const limit = { timeout: 60_000 };
/** Between two looks at the age, where what opens in time is not to be asked about, also on a busy machine, milliseconds. */
const unhurriedMs = 1000;
/** The server's clock is this far ahead, milliseconds. */
const ahead = 3_600_000;
const serverNow = (): number => Date.now() + ahead;

function watch(server: ScriptServer, options: WatchOptions = {}): TripWatch {
  return watchTrip(server.url, { token: 'secret', WebSocket, signal: server.over, checkEveryMs: 20, seenEveryMs: 20, ...options });
}

async function body(request: IncomingMessage): Promise<{ seen: number; strategy: string }> {
  let text = '';
  for await (const part of request) text += String(part);
  return JSON.parse(text) as { seen: number; strategy: string };
}

/** A server whose car was heard a minute ago by its clock, and what it is told. */
async function told(
  t: Parameters<typeof serve>[0],
  script: Partial<Script> = {},
  more = {},
): Promise<{ server: ScriptServer; next: () => Promise<{ seen: number; strategy: string; token: string | undefined }> }> {
  const waiting: ((value: { seen: number; strategy: string; token: string | undefined }) => void)[] = [];
  const server = await serve(t, {
    capabilities: { now: serverNow(), pollIntervalMs: 100 },
    http: (asked, response) => {
      const state = trip(1, { vehicle: { lat: 1, lng: 2, time: serverNow() - 60_000 }, ...more });
      if (asked.way === 'sse') openSse(response, position(state));
      else if (asked.cursor) response.writeHead(304).end();
      else json(response, 200, state);
    },
    seen: (request, response) => {
      response.writeHead(204).end();
      void body(request).then((said) => waiting.shift()?.({ ...said, token: request.headers.authorization }));
    },
    ...script,
  });
  return { server, next: () => new Promise((resolve) => waiting.push(resolve)) };
}

test('the age of the picture is told by the server’s clock, with the strategy and the token', limit, async (t) => {
  for (const strategy of ['sse', 'long-poll', 'poll'] as const) {
    const { server, next } = await told(t);
    const said = next();
    watch(server, { strategy });
    const { seen, strategy: by, token } = await said;
    assert.ok(seen > 50_000 && seen < 90_000, `${seen}`);
    assert.deepEqual([by, token], [strategy, 'Bearer secret']);
  }
});

test('what the page says that it shows counts, not what has come', limit, async (t) => {
  const { server, next } = await told(t);
  const said = next();
  watch(server, { strategy: 'sse', shown: () => serverNow() - 240_000 });
  const { seen } = await said;
  assert.ok(seen > 230_000 && seen < 270_000, `${seen}`);
});

test('an age is within what the server takes', limit, async (t) => {
  for (const [shownMs, expected] of [[serverNow() + 60_000, 0], [0, 3_600_000]] as const) {
    const { server, next } = await told(t);
    const said = next();
    watch(server, { strategy: 'sse', shown: () => shownMs });
    assert.equal((await said).seen, expected);
  }
});

test('on a WebSocket the age is a frame', limit, async (t) => {
  const said = new Promise<{ seen: number }>((resolve) => {
    void serve(t, {
      capabilities: { now: serverNow() },
      webSocket: (_, socket) => {
        socket.on('message', (data) => resolve(JSON.parse(String(data)) as { seen: number }));
        socket.send(JSON.stringify(trip(1, { vehicle: { lat: 1, lng: 2, time: serverNow() - 60_000 } })));
      },
    }).then((server) => watch(server, { strategy: 'websocket' }));
  });
  const { seen } = await said;
  assert.ok(seen > 50_000 && seen < 90_000, `${seen}`);
});

test('a server that answers 404 is told once', limit, async (t) => {
  let times = 0;
  const { server } = await told(t, { seen: (_, response) => void (times++, response.writeHead(404).end()) });
  const watched = watch(server, { strategy: 'poll', pollIntervalMs: 20 });
  let answers = 0;
  await new Promise<void>((resolve) => watched.on('answer', () => times > 0 && ++answers === 15 && resolve()));
  assert.equal(times, 1);
});

for (const [when, script, options, more] of [
  ['without a vehicle', {}, {}, { vehicle: undefined }],
  ['without the server’s clock', { capabilities: { pollIntervalMs: 100 } }, {}, {}],
  ['where it is turned off', {}, { seen: false }, {}],
  ['while the page is hidden', {}, { window: new Browser().open(true), share: false }, {}],
] as [string, Partial<Script>, WatchOptions, object][]) {
  test(`nothing is told ${when}`, limit, async (t) => {
    let times = 0;
    const { server } = await told(t, { ...script, seen: (_, response) => void (times++, response.writeHead(204).end()) }, more);
    const watched = watch(server, { strategy: 'poll', ...options });
    let answers = 0;
    await new Promise<void>((resolve) => watched.on('answer', () => ++answers === 15 && resolve()));
    assert.equal(times, 0);
  });
}

test('of a viewport the age is that of its moving cars', limit, async (t) => {
  const car = (id: string, ageMs: number, speed: number): object => ({ id, lat: 1, lng: 2, time: serverNow() - ageMs, speed, status: 'busy' });
  const { server, next } = await told(t, {
    http: (_, response) =>
      openSse(response, position({ cursor: 'v', whole: true, vehicles: [car('a', 90_000, 5), car('b', 900_000, 0)] } as { cursor: string })),
  });
  const said = next();
  watchVehicles(server.url, { bbox: [0, 0, 1, 1], token: 'secret', strategy: 'sse', signal: server.over, checkEveryMs: 20, seenEveryMs: 20 });
  const { seen } = await said;
  assert.ok(seen > 80_000 && seen < 120_000, `${seen}`);
});

test('a stream whose pictures are older than a plain answer’s loses its place, with the cursor kept', limit, async (t) => {
  const { server } = await told(t, {
    http: (asked, response) => {
      if (asked.way === 'sse') openSse(response, position(trip(1, { vehicle: { lat: 1, lng: 2, time: serverNow() - 30_000 } })));
      else json(response, 200, trip(2, { vehicle: { lat: 1, lng: 2, time: serverNow() } }));
    },
    webSocket: (_, socket) => socket.send(JSON.stringify(trip(3, { vehicle: { lat: 1, lng: 2, time: serverNow() } }))),
  });
  const watched = watch(server, { seen: false, checkEveryMs: unhurriedMs });
  await new Promise<void>((resolve) => watched.on('state', ({ cursor }) => cursor === 'c3' && resolve()));
  assert.deepEqual(server.asked.map(({ way }) => way), ['sse', 'poll', 'poll', 'websocket']);
  assert.equal(server.asked.at(-1)?.cursor, 'c1');
});

test('a stream whose car is silent for everyone keeps its place', limit, async (t) => {
  let asks = 0;
  const time = serverNow() - 30_000;
  await new Promise<void>((resolve) => {
    void told(t, {
      http: (asked, response) => {
        if (asked.way === 'sse') openSse(response, position(trip(1, { vehicle: { lat: 1, lng: 2, time } })));
        else {
          json(response, 200, trip(1, { vehicle: { lat: 1, lng: 2, time } }));
          if (++asks === 1) resolve();
        }
      },
    }).then(({ server }) => {
      const watched = watch(server, { seen: false, checkEveryMs: unhurriedMs });
      watched.on('status', ({ strategy }) => assert.equal(strategy, 'sse'));
    });
  });
});

test('a stream that does not open is measured by a plain answer, and that is handed out at once', limit, async (t) => {
  const { server } = await told(t, {
    http: (asked, response) => {
      if (asked.way !== 'sse') json(response, 200, trip(1));
    },
    webSocket: (_, socket) => socket.send(JSON.stringify(trip(2))),
  });
  const watched = watch(server, { seen: false, checkEveryMs: unhurriedMs });
  const seen: string[] = [];
  await new Promise<void>((resolve) => watched.on('state', ({ cursor }) => (seen.push(cursor), cursor === 'c2' && resolve())));
  assert.deepEqual(seen, ['c1', 'c2']);
});

test('a plain question is given up with the connection that it was asked about: its answer would speak against the next one', limit, async (t) => {
  let plain: ServerResponse | undefined;
  const { server } = await told(t, {
    http: (asked, response) => {
      if (asked.way === 'poll') plain = response;
    },
    webSocket: (_, socket) => {
      const given = (): void => socket.send(JSON.stringify(trip(1)));
      if (plain?.closed) given();
      else plain?.once('close', given);
    },
  });
  const watched = watch(server, { seen: false, openTimeoutMs: 3500, checkEveryMs: 1000 });
  await new Promise<void>((resolve) => watched.on('state', () => resolve()));
  assert.deepEqual(server.asked.map(({ way }) => way), ['sse', 'poll', 'websocket']);
});

test('a web page under any status is no answer of the server', limit, async (t) => {
  const statuses = [200, 401, 403, 404, 410, 500, 502];
  let at = 0;
  const server = await serve(t, {
    http: (_, response) => {
      const status = statuses[at++];
      if (status === undefined) json(response, 200, trip(1));
      else response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end('<h1>Welcome</h1>');
    },
  });
  const watched = watch(server, { strategy: 'poll', backoff: { baseMs: 1, capMs: 5 } });
  await new Promise<void>((resolve) => watched.on('state', () => resolve()));
  assert.equal(watched.ended, undefined);
});

test('JSON that is no state is no answer of the server either', limit, async (t) => {
  const bodies = [null, 7, 'text', {}, { cursor: 1 }];
  let at = 0;
  const server = await serve(t, { http: (_, response) => json(response, 200, at < bodies.length ? bodies[at++] : trip(1)) });
  const watched = watch(server, { strategy: 'poll', backoff: { baseMs: 1, capMs: 5 } });
  await new Promise<void>((resolve) => watched.on('state', () => resolve()));
  assert.equal(at, bodies.length);
});

/** Only a short poll is answered at once with what there is; `hold` does as it likes with a long one. */
async function polled(t: Parameters<typeof serve>[0], hold: (asked: Asked, response: ServerResponse) => void): Promise<ScriptServer> {
  const { server } = await told(t, {
    capabilities: { now: serverNow(), pollIntervalMs: 100 },
    http: (asked, response) => {
      if (asked.way === 'sse') response.writeHead(502).end();
      else if (asked.way === 'long-poll') hold(asked, response);
      // The first state is old, what is asked after it is new.
      else json(response, 200, trip(asked.nth + 1, { vehicle: { lat: 1, lng: 2, time: serverNow() - (asked.cursor || asked.nth ? 0 : 30_000) } }));
    },
  });
  return server;
}

test('a long poll that is held back while a plain answer has news loses its place to short polls', limit, async (t) => {
  const server = await polled(t, () => {});
  const watched = watch(server, { seen: false, checkEveryMs: unhurriedMs });
  await new Promise<void>((resolve) => watched.on('status', ({ phase, strategy }) => phase === 'live' && strategy === 'poll' && resolve()));
  const ways = server.asked.filter(({ way }) => way === 'long-poll' || way === 'poll').map(({ way }) => way);
  assert.deepEqual(ways, ['poll', 'long-poll', 'poll', 'poll', 'poll']);
  assert.equal(server.asked.at(-1)?.cursor, 'c1');
});

test('so does one that is answered from a store that has grown old', limit, async (t) => {
  const old = trip(1, { vehicle: { lat: 1, lng: 2, time: serverNow() - 30_000 } });
  const server = await polled(t, (_, response) => json(response, 200, old));
  const watched = watch(server, { seen: false, checkEveryMs: unhurriedMs });
  await new Promise<void>((resolve) => watched.on('status', ({ phase, strategy }) => phase === 'live' && strategy === 'poll' && resolve()));
});

test('a long poll that has not been answered yet is silent by its nature, and is not asked about', limit, async (t) => {
  const window = new Browser().open();
  let looks = 0;
  let before = 0;
  let held: ServerResponse | undefined;
  Object.defineProperty(window.document, 'hidden', {
    get() {
      if (held && ++looks === 5) json(held, 200, trip(2));
      return false;
    },
  });
  const { server } = await told(t, {
    http: (asked, response) => {
      if (asked.way === 'long-poll') {
        held = response;
        before = server.asked.length;
      } else if (asked.way === 'sse' && !asked.nth) openSse(response, position(trip(1)) + 'data: {oops\n\n');
      else response.destroy();
    },
  });
  const watched = watch(server, { seen: false, window, share: false, backoff: { baseMs: 1, capMs: 1 } });
  await new Promise<void>((resolve) => watched.on('state', ({ cursor }) => cursor === 'c2' && resolve()));
  assert.deepEqual([watched.status.phase, watched.status.strategy], ['live', 'long-poll']);
  assert.ok(server.asked.slice(before).every(({ way }) => way !== 'poll'));
});

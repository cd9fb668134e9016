import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { watchTrip, watchVehicles, WatchError, type Strategy, type TripWatch, type WatchOptions } from './index.js';
import { json, openSse, position, serve, trip, type Asked, type ScriptServer } from './testing/script-server.js';
import type { End } from './types.js';

const limit = { timeout: 60_000 };

function watch(server: ScriptServer, options: WatchOptions = {}): TripWatch {
  return watchTrip(server.url, {
    token: 'secret',
    WebSocket,
    backoff: { baseMs: 20, capMs: 50 },
    signal: server.over,
    ...options,
  });
}

async function cursors(watched: TripWatch, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const state of watched) {
    seen.push(state.cursor);
    if (seen.length === count) break;
  }
  watched.close();
  return seen;
}

function ended(watched: TripWatch): Promise<End> {
  return new Promise((resolve) => watched.on('end', resolve));
}

/** A promise and the function that resolves it. */
function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

function ways(server: ScriptServer): string[] {
  return server.asked.map((asked) => asked.way);
}

/** Answers a poll: the next state after the cursor, or 304. */
function poll(asked: Asked, response: Parameters<typeof json>[0], last = 3): void {
  const n = Number(asked.cursor?.slice(1) ?? 0) + 1;
  if (n > last) response.writeHead(304).end();
  else json(response, 200, trip(n), { ETag: `"c${n}"` });
}

test('SSE brings states, with the token in a header and none in the URL', limit, async (t) => {
  const server = await serve(t, {
    http: (_, response) => openSse(response, position(trip(1)) + position(trip(2))),
  });
  const watched = watch(server);
  const seen: string[] = [];
  watched.on('state', (state) => seen.push(state.cursor));
  assert.deepEqual(await cursors(watched, 1), ['c2']);
  assert.deepEqual(seen, ['c1', 'c2']);
  assert.equal(server.asked[0]?.headers.authorization, 'Bearer secret');
  assert.equal(server.asked[0]?.url.search, '');
});

test('an SSE stream that breaks is taken up again from its cursor', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) => {
      openSse(response, `retry: 5\n\n${position(trip(asked.nth + 1))}`);
      if (asked.nth === 0) response.end();
    },
  });
  assert.deepEqual(await cursors(watch(server), 2), ['c1', 'c2']);
  assert.deepEqual(server.asked.map((asked) => [asked.way, asked.cursor]), [['sse', undefined], ['sse', 'c1']]);
});

test('a broken UTF-8 boundary spoils nothing', limit, async (t) => {
  const bytes = Buffer.from(position(trip(1, { driver: { name: 'Zoë 🚗' } })));
  const at = bytes.indexOf(Buffer.from('🚗')) + 2;
  const server = await serve(t, {
    http: (_, response) => {
      openSse(response);
      response.write(bytes.subarray(0, at), () => response.write(bytes.subarray(at)));
    },
  });
  const watched = watch(server);
  for await (const state of watched) {
    assert.equal(state.driver?.name, 'Zoë 🚗');
    break;
  }
  watched.close();
});

test('a WebSocket carries token and cursor in the query and takes up again', limit, async (t) => {
  const server = await serve(t, {
    webSocket: (asked, socket) => {
      socket.send(JSON.stringify(trip(asked.nth + 1)));
      socket.send('{"alive":true}');
      if (asked.nth === 0) socket.close(1011);
    },
  });
  assert.deepEqual(await cursors(watch(server, { strategy: 'websocket' }), 2), ['c1', 'c2']);
  assert.deepEqual(server.asked.map((asked) => [asked.token, asked.cursor]), [['secret', undefined], ['secret', 'c1']]);
});

test('a long poll asks once without a cursor and then waits with it', limit, async (t) => {
  const server = await serve(t, { http: (asked, response) => poll(asked, response) });
  assert.deepEqual(await cursors(watch(server, { strategy: 'long-poll' }), 3), ['c1', 'c2', 'c3']);
  assert.equal(server.asked[0]?.headers.prefer, undefined);
  assert.equal(server.asked[1]?.headers.prefer, 'wait=5');
  assert.equal(server.asked[1]?.headers['if-none-match'], '"c1"');
});

test('a long poll that is answered at once with nothing does not spin', limit, async (t) => {
  let answered = 0;
  const done = signal();
  const startedAt = performance.now();
  const server = await serve(t, {
    capabilities: { pollIntervalMs: 100 },
    http: (asked, response) => {
      if (asked.way === 'long-poll' && ++answered === 5) done.resolve();
      poll(asked, response, 1);
    },
  });
  const watched = watch(server, { strategy: 'long-poll' });
  await done.promise;
  watched.close();
  assert.ok(performance.now() - startedAt > 150);
});

test('a short poll sends the ETag and takes 304 for no news', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) => (asked.nth === 2 ? void response.writeHead(304).end() : poll(asked, response)),
  });
  assert.deepEqual(await cursors(watch(server, { strategy: 'poll' }), 3), ['c1', 'c2', 'c3']);
  assert.deepEqual(server.asked.map((asked) => asked.cursor), [undefined, 'c1', 'c2', 'c2']);
  assert.ok(server.asked.every((asked) => asked.headers.prefer === undefined));
});

test('a short poll keeps the interval of the capabilities', limit, async (t) => {
  const at: number[] = [];
  const server = await serve(t, {
    capabilities: { pollIntervalMs: 100 },
    http: (asked, response) => {
      at.push(performance.now());
      poll(asked, response, 9);
    },
  });
  await cursors(watch(server, { strategy: 'poll' }), 6);
  // The first interval may still be that of the defaults; timers may be early by a millisecond or two.
  for (let i = 3; i < at.length; i++) assert.ok(at[i]! - at[i - 1]! > 90, `${at[i]! - at[i - 1]!} ms`);
});

test('a short poll keeps the interval that was asked for, whatever the capabilities say', limit, async (t) => {
  const server = await serve(t, {
    capabilities: { pollIntervalMs: 60_000 },
    http: (asked, response) => poll(asked, response, 2),
  });
  assert.deepEqual(await cursors(watch(server, { strategy: 'poll', pollIntervalMs: 20 }), 2), ['c1', 'c2']);
});

test('every answer is told, with or without news', limit, async (t) => {
  for (const strategy of ['poll', 'sse'] as const) {
    const server = await serve(t, {
      capabilities: { pollIntervalMs: 100 },
      http: (asked, response) => {
        if (asked.way === 'poll') return poll(asked, response, 1);
        openSse(response, `${position(trip(1))}event: alive\ndata: {}\n\n`);
      },
    });
    const watched = watch(server, { strategy });
    const answers: boolean[] = [];
    await new Promise<void>((resolve) => {
      watched.on('answer', ({ news }) => {
        answers.push(news);
        if (answers.length === 2) resolve();
      });
    });
    watched.close();
    assert.deepEqual(answers, [true, false], strategy);
  }
});

test('from SSE to short poll, each falls to the next with the cursor kept', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) => {
      if (asked.way === 'sse') {
        openSse(response, position(trip(1)));
        response.end();
      } else if (asked.way === 'long-poll') response.destroy();
      else poll(asked, response);
    },
  });
  const watched = watch(server, { fetch: blockSecond() });
  assert.deepEqual(await cursors(watched, 3), ['c1', 'c2', 'c3']);
  assert.deepEqual(ways(server).slice(0, 4), ['sse', 'websocket', 'long-poll', 'poll']);
  assert.deepEqual(server.asked.slice(1, 4).map((asked) => asked.cursor), ['c1', 'c1', 'c1']);

  /** Lets one SSE request through and fails the others. */
  function blockSecond(): typeof fetch {
    let streams = 0;
    return async (input, init) => {
      const accept = new Headers(init?.headers).get('accept');
      if (accept === 'text/event-stream' && ++streams > 1) throw new TypeError('blocked');
      return fetch(input, init);
    };
  }
});

test('without SSE and WebSocket the long poll takes over', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) => (asked.way === 'sse' ? void response.writeHead(502).end() : poll(asked, response)),
  });
  const watched = watch(server);
  assert.deepEqual(await cursors(watched, 3), ['c1', 'c2', 'c3']);
  assert.deepEqual(ways(server), ['sse', 'websocket', 'poll', 'long-poll', 'long-poll']);
  assert.equal(watched.status.strategy, 'long-poll');
});

test('an answer to SSE that is no event stream falls to the next', limit, async (t) => {
  const server = await serve(t, {
    http: (_, response) => json(response, 200, trip(1)),
    webSocket: (_, socket) => socket.send(JSON.stringify(trip(2))),
  });
  assert.deepEqual(await cursors(watch(server), 1), ['c2']);
});

test('a stream that is silent past its alive falls to the next', limit, async (t) => {
  const server = await serve(t, {
    capabilities: { aliveSeconds: 0.5 },
    http: (_, response) => openSse(response, position(trip(1))),
    webSocket: (asked, socket) => socket.send(JSON.stringify(trip(asked.nth + 2))),
  });
  assert.deepEqual(await cursors(watch(server), 2), ['c1', 'c2']);
  assert.deepEqual(server.asked.slice(0, 2).map((asked) => [asked.way, asked.cursor]), [['sse', undefined], ['websocket', 'c1']]);
});

test('alive events keep a quiet stream', limit, async (t) => {
  const server = await serve(t, {
    capabilities: { aliveSeconds: 2 },
    http: (_, response) => {
      openSse(response, position(trip(1)));
      let beats = 0;
      const timer = setInterval(() => {
        if (++beats < 10) response.write('event: alive\ndata: {}\n\n');
        else response.write(position(trip(2)));
      }, 400);
      response.on('close', () => clearInterval(timer));
    },
  });
  assert.deepEqual(await cursors(watch(server), 2), ['c1', 'c2']);
  assert.deepEqual(ways(server), ['sse']);
});

test('a pinned strategy is kept whatever happens', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) => {
      if (asked.nth < 3) response.destroy();
      else openSse(response, position(trip(1)));
    },
  });
  assert.deepEqual(await cursors(watch(server, { strategy: 'sse' }), 1), ['c1']);
  assert.deepEqual(ways(server), ['sse', 'sse', 'sse', 'sse']);
});

test('switching in mid-trip goes on from the cursor', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) => (asked.way === 'sse' ? openSse(response, position(trip(1))) : poll(asked, response)),
    webSocket: (_, socket) => socket.send(JSON.stringify(trip(2))),
  });
  const watched = watch(server);
  const order: Strategy[] = ['websocket', 'long-poll'];
  const seen: string[] = [];
  for await (const state of watched) {
    seen.push(`${watched.status.strategy} ${state.cursor}`);
    const next = order.shift();
    if (!next) break;
    watched.use(next);
  }
  watched.close();
  assert.deepEqual(seen, ['sse c1', 'websocket c2', 'long-poll c3']);
  assert.deepEqual(server.asked.map((asked) => asked.cursor), [undefined, 'c1', 'c2']);
});

test('the end of a trip ends the iteration after the final state', limit, async (t) => {
  const server = await serve(t, {
    http: (_, response) => {
      const final = trip(2, { status: 'complete', version: 2 });
      openSse(response, `${position(trip(1))}${position(final)}event: end\ndata: {"reason":"trip-complete"}\n\n`);
      response.end();
    },
  });
  const watched = watch(server);
  const states = [];
  for await (const state of watched) states.push(state.status);
  assert.equal(states.at(-1), 'complete');
  assert.deepEqual(watched.ended, { reason: 'trip-complete', status: 'complete' });
  assert.equal(server.asked.length, 1);
});

test('204 is final, and a plain GET tells how the trip ended', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) =>
      asked.way === 'sse' ? void response.writeHead(204).end() : json(response, 410, { status: 410, tripStatus: 'canceled' }),
  });
  assert.deepEqual(await ended(watch(server)), { reason: 'trip-canceled', status: 'canceled' });
});

test('410 is final on a poll', limit, async (t) => {
  const server = await serve(t, { http: (_, response) => json(response, 410, { tripStatus: 'complete' }) });
  assert.deepEqual(await ended(watch(server, { strategy: 'poll' })), { reason: 'trip-complete', status: 'complete' });
});

test('403 and 404 are final', limit, async (t) => {
  for (const [status, reason] of [[403, 'forbidden'], [404, 'not-found']] as const) {
    const server = await serve(t, { http: (_, response) => json(response, status, { detail: 'no' }) });
    const watched = watch(server);
    await assert.rejects(cursors(watched, 1), (error) => error instanceof WatchError && error.end.reason === reason);
    assert.equal(server.asked.length, 1);
  }
});

test('401 asks for another token once', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) =>
      asked.token === 'good' ? openSse(response, position(trip(1))) : json(response, 401, {}),
  });
  const asks: boolean[] = [];
  const getToken = ({ refused }: { refused: boolean }): string => {
    asks.push(refused);
    return refused ? 'good' : 'bad';
  };
  const watched = watchTrip(server.url, { getToken, WebSocket, signal: server.over });
  assert.deepEqual(await cursors(watched, 1), ['c1']);
  assert.deepEqual(asks, [false, true]);
});

test('401 to the new token as well is final', limit, async (t) => {
  const server = await serve(t, { http: (_, response) => json(response, 401, {}) });
  const watched = watchTrip(server.url, { getToken: () => 'bad', WebSocket, signal: server.over });
  assert.equal((await ended(watched)).reason, 'unauthorized');
  assert.equal(server.asked.length, 2);
});

test('a stream whose token ran out goes on with a new one from the cursor', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) => {
      openSse(response, position(trip(asked.nth + 1)));
      if (asked.nth === 0) response.end('event: end\ndata: {"reason":"token-expired"}\n\n');
    },
  });
  let n = 0;
  const watched = watchTrip(server.url, { getToken: () => `token${n++}`, WebSocket, signal: server.over });
  assert.deepEqual(await cursors(watched, 2), ['c1', 'c2']);
  assert.deepEqual(server.asked.map((asked) => [asked.token, asked.cursor]), [['token0', undefined], ['token1', 'c1']]);
});

test('close code 4401 asks for a new token, 4408 comes back at once', limit, async (t) => {
  const server = await serve(t, {
    webSocket: (asked, socket) => {
      socket.send(JSON.stringify(trip(asked.nth + 1)));
      if (asked.nth === 0) socket.close(4401, 'token-expired');
      if (asked.nth === 1) socket.close(4408, 'too-slow');
    },
  });
  let n = 0;
  const watched = watchTrip(server.url, { getToken: () => `token${n++}`, strategy: 'websocket', WebSocket, signal: server.over });
  assert.deepEqual(await cursors(watched, 3), ['c1', 'c2', 'c3']);
  assert.deepEqual(server.asked.map((asked) => asked.token), ['token0', 'token1', 'token2']);
});

test('close codes 4403 and 1008 are final', limit, async (t) => {
  for (const [code, text, reason] of [[4403, 'token-revoked', 'token-revoked'], [1008, 'breach', 'refused']] as const) {
    const server = await serve(t, { webSocket: (_, socket) => socket.close(code, text) });
    assert.equal((await ended(watch(server, { strategy: 'websocket' }))).reason, reason);
    assert.equal(server.asked.length, 1);
  }
});

test('a drain over WebSocket waits as told', limit, async (t) => {
  const server = await serve(t, {
    webSocket: (asked, socket) => {
      socket.send(JSON.stringify(trip(asked.nth + 1)));
      if (asked.nth > 0) return;
      socket.send('{"drain":{"reconnectAfterMs":120}}');
      socket.close(1001, 'draining');
    },
  });
  const watched = watch(server, { strategy: 'websocket' });
  let waitMs = 0;
  watched.on('status', (status) => {
    if (status.retryAtMs !== undefined) waitMs = status.retryAtMs - Date.now();
  });
  assert.deepEqual(await cursors(watched, 2), ['c1', 'c2']);
  assert.ok(waitMs > 100 && waitMs <= 120, `${waitMs}`);
});

test('503 with Retry-After waits as told and keeps the strategy', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) => {
      if (asked.nth === 0) json(response, 503, {}, { 'Retry-After': '1' });
      else poll(asked, response);
    },
  });
  const watched = watch(server, { strategy: 'poll' });
  const told = new Promise<number>((resolve) => {
    watched.on('status', (status) => status.retryAtMs !== undefined && resolve(status.retryAtMs - Date.now()));
  });
  const waitMs = await told;
  assert.ok(waitMs > 900 && waitMs <= 1000, `${waitMs}`);
  // The network is known to be back: no need to wait it out.
  watched.retryNow();
  assert.deepEqual(await cursors(watched, 1), ['c1']);
});

test('a held poll of a node that drains waits as told', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) => {
      if (asked.cursor === undefined) return json(response, 200, trip(1), { ETag: '"c1"' });
      if (server.asked.length === 2) return void response.writeHead(304, { ETag: '"c1"', 'Retry-After': '1' }).end();
      json(response, 200, trip(2), { ETag: '"c2"' });
    },
  });
  const watched = watch(server, { strategy: 'long-poll' });
  const waits: number[] = [];
  watched.on('status', (status) => {
    if (status.phase === 'waiting') waits.push((status.retryAtMs ?? 0) - Date.now());
  });
  assert.deepEqual(await cursors(watched, 2), ['c1', 'c2']);
  assert.ok(waits.length === 1 && waits[0]! > 500, `waited ${waits.join()}`);
});

test('a pinned WebSocket that is refused learns the reason by a plain GET', limit, async (t) => {
  const server = await serve(t, { http: (_, response) => json(response, 404, {}) });
  assert.equal((await ended(watch(server, { strategy: 'websocket' }))).reason, 'not-found');
});

test('garbage on a stream costs the connection, not the watch', limit, async (t) => {
  const server = await serve(t, {
    http: (asked, response) =>
      openSse(response, asked.nth === 0 ? 'event: position\ndata: {oops\n\n' : `data: {}\n\n${position(trip(1))}`),
  });
  assert.deepEqual(await cursors(watch(server), 1), ['c1']);
});

test('a stream that never ends its line costs the connection, not the memory', limit, async (t) => {
  let sent = 0;
  const closed = signal();
  const server = await serve(t, {
    http: (asked, response) => {
      if (asked.nth > 0) return openSse(response, position(trip(1)));
      openSse(response);
      const more = (): void => {
        if (response.destroyed) return;
        sent += 2 ** 20;
        response.write('x'.repeat(2 ** 20), more);
      };
      response.on('close', () => closed.resolve());
      more();
    },
  });
  const watched = watch(server);
  assert.deepEqual(await cursors(watched, 1), ['c1']);
  await closed.promise;
  assert.deepEqual(ways(server), ['sse', 'sse']);
  assert.ok(sent >= 2 ** 24, `${sent} bytes`);
});

test('a state whose vehicle time goes back is never handed out', limit, async (t) => {
  const server = await serve(t, {
    http: (_, response) =>
      openSse(response, [trip(5), { ...trip(4), reset: true }, trip(6)].map(position).join('')),
  });
  const watched = watch(server);
  const seen: string[] = [];
  watched.on('state', (state) => seen.push(state.cursor));
  const done = new Promise<void>((resolve) => watched.on('state', (state) => state.cursor === 'c6' && resolve()));
  await done;
  watched.close();
  assert.deepEqual(seen, ['c5', 'c6']);
});

test('a slow reader gets the newest state only', limit, async (t) => {
  const server = await serve(t, {
    http: (_, response) =>
      openSse(response, [trip(1), trip(2), trip(3)].map(position).join('')),
  });
  const watched = watch(server);
  await new Promise<void>((resolve) => watched.on('state', (state) => state.cursor === 'c3' && resolve()));
  for await (const state of watched) {
    assert.equal(state.cursor, 'c3');
    break;
  }
  watched.close();
});

test('aborting the signal closes the connection and ends the iteration', limit, async (t) => {
  const closed = signal();
  const server = await serve(t, {
    http: (_, response) => {
      response.on('close', () => closed.resolve());
      openSse(response, position(trip(1)));
    },
  });
  const controller = new AbortController();
  const watched = watch(server, { signal: controller.signal });
  let states = 0;
  for await (const _ of watched) {
    states++;
    controller.abort();
  }
  await closed.promise;
  assert.equal(states, 1);
  assert.deepEqual(watched.ended, { reason: 'closed' });
});

test('a server without capabilities is served with the defaults', limit, async (t) => {
  const server = await serve(t, {
    capabilities: 'missing',
    http: (_, response) => openSse(response, position(trip(1))),
  });
  assert.deepEqual(await cursors(watch(server), 1), ['c1']);
});

test('a long poll looks up to SSE again once it has worked for a while', limit, async (t) => {
  let up = false;
  const server = await serve(t, {
    http: (asked, response) => {
      if (asked.way !== 'sse') {
        up = true;
        return poll(asked, response, 99);
      }
      if (up) openSse(response, position(trip(100)));
      else response.writeHead(502).end();
    },
  });
  const watched = watch(server, { climbAfterMs: 1 });
  await new Promise<void>((resolve) => watched.on('state', (state) => state.cursor === 'c100' && resolve()));
  assert.equal(watched.status.strategy, 'sse');
  watched.close();
});

test('a viewport is merged over a stream', limit, async (t) => {
  const car = (id: string, time: number): object => ({ id, lat: 1, lng: 2, time, status: 'idle' });
  const message = (cursor: string, body: object): string =>
    `event: position\nid: ${cursor}\ndata: ${JSON.stringify({ cursor, ...body })}\n\n`;
  const server = await serve(t, {
    http: (asked, response) => {
      assert.equal(asked.url.searchParams.get('bbox'), '-122.5,37.7,-122.3,37.8');
      assert.equal(asked.url.searchParams.get('interval'), '500');
      openSse(
        response,
        message('1', { whole: true, vehicles: [car('a', 1), car('b', 1)] }) +
          message('2', { vehicles: [car('c', 2)], gone: ['a'] }),
      );
    },
  });
  const watched = watchVehicles(server.url, { bbox: [-122.5, 37.7, -122.3, 37.8], intervalMs: 500, token: 'secret', WebSocket, signal: server.over });
  const state = await new Promise<ReadonlyMap<string, unknown>>((resolve) =>
    watched.on('state', (next) => next.cursor === '2' && resolve(next.vehicles)),
  );
  watched.close();
  assert.deepEqual([...state.keys()], ['b', 'c']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCapabilities } from './capabilities.js';
import { watchTrip } from './index.js';
import { openSse, position, serve, trip } from './testing/script-server.js';
import { defaultCapabilities, type Capabilities } from './types.js';

const limit = { timeout: 60_000 };
const read = (told: Record<string, unknown>): Capabilities => readCapabilities(told, {});

/** What to await until a watch that asks by `fetch` has read the capabilities. */
function reader(): { told: Promise<void>; fetch: typeof fetch } {
  let done = (): void => {};
  const told = new Promise<void>((resolve) => (done = resolve));
  return {
    told,
    async fetch(input, init) {
      const response = await fetch(input, init);
      if (!String(input).endsWith('/capabilities')) return response;
      const body: unknown = await response.json();
      response.json = async () => (setImmediate(done), body);
      return response;
    },
  };
}

test('what a server says is taken as it is', () => {
  const told: Capabilities = { strategies: ['poll', 'sse'], maxWaitSeconds: 50, pollIntervalMs: 5000, aliveSeconds: 30, now: 1_764_000_000_000 };
  assert.deepEqual(read({ ...told, maxViewport: 0.5 }), told);
});

test('the ends of what a server may be set to are believed', () => {
  for (const [maxWaitSeconds, pollIntervalMs, aliveSeconds] of [[1, 100, 1], [600, 600_000, 600]] as const) {
    const told = { maxWaitSeconds, pollIntervalMs, aliveSeconds };
    assert.deepEqual(read(told), { ...defaultCapabilities, ...told });
  }
});

test('a number that is none, or would make a client spin or wait for ever, leaves the default, and the others as they are told', () => {
  const good = { maxWaitSeconds: 50, pollIntervalMs: 5000, aliveSeconds: 30 };
  for (const name of ['maxWaitSeconds', 'pollIntervalMs', 'aliveSeconds'] as const) {
    for (const nonsense of [-1, 0, 1e-9, NaN, Infinity, 1e9, '20', true, null, [20], {}]) {
      const got = read({ ...good, [name]: nonsense });
      assert.deepEqual(got, { ...defaultCapabilities, ...good, [name]: defaultCapabilities[name] }, `${name} ${String(nonsense)}`);
    }
  }
});

test('a clock that is none is not known', () => {
  // The last is in seconds.
  for (const now of ['1764000000000', -1, 0, NaN, Infinity, null, 1e300, 1_764_000_000]) assert.deepEqual(read({ now }), defaultCapabilities);
});

test('strategies are those of the list that are known, each once, in its order', () => {
  assert.deepEqual(read({ strategies: ['poll', 'pigeon', 7, null, 'toString', ['sse'], 'sse', 'poll'] }).strategies, ['poll', 'sse']);
});

test('a list of strategies that is none, or has none that is known, leaves the default', () => {
  for (const strategies of ['sse', 7, null, {}, [], ['pigeon'], [['sse']]]) {
    assert.deepEqual(read({ strategies, aliveSeconds: 30 }), { ...defaultCapabilities, aliveSeconds: 30 }, JSON.stringify(strategies));
  }
});

test('a watch goes on as if nonsense had not been said', limit, async (t) => {
  const { told, fetch: reading } = reader();
  const server = await serve(t, {
    capabilities: { strategies: 'all', maxWaitSeconds: -5, pollIntervalMs: 5000, aliveSeconds: 0, now: 'noon' } as unknown as Capabilities,
    http: (_, response) => openSse(response, position(trip(1))),
  });
  const watched = watchTrip(server.url, { signal: server.over, fetch: reading });
  await told;
  assert.deepEqual(watched.capabilities, { ...defaultCapabilities, pollIntervalMs: 5000 });
  assert.equal(watched.skewMs, undefined);
  for await (const { cursor } of watched) {
    assert.equal(cursor, 'c1');
    break;
  }
  // An `aliveSeconds` of 0 would have given it up at once.
  assert.deepEqual(server.asked.map(({ way }) => way), ['sse']);
});

test('a pace that the caller wants stands in place of what was told', () => {
  assert.deepEqual(readCapabilities({ pollIntervalMs: 5000 }, { pollIntervalMs: 20 }), { ...defaultCapabilities, pollIntervalMs: 20 });
});

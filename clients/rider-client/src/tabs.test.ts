import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { watchTrip, type Status, type TripWatch, type WatchOptions } from './index.js';
import { openSse, position, serve, trip, type ScriptServer } from './testing/script-server.js';
import { Browser, tokenOf, type Tab } from './testing/tabs.js';

const limit = { timeout: 60_000 };
const token = tokenOf({ sub: 'rider-7', role: 'rider', trip: 't_1' });

interface Stage {
  readonly server: ScriptServer;
  readonly browser: Browser;
  /** Streams that are open now. */
  readonly open: Set<(text: string) => void>;
  send(text: string): void;
  watch(tab: Tab, options?: WatchOptions): TripWatch;
}

/** A server of event streams, and a browser whose tabs watch it. */
async function stage(t: TestContext, first = position(trip(1))): Promise<Stage> {
  const open = new Set<(text: string) => void>();
  const server = await serve(t, {
    capabilities: { now: Date.now() },
    http: (_, response) => {
      const write = (text: string): void => void response.write(text);
      open.add(write);
      response.on('close', () => open.delete(write));
      openSse(response, first);
    },
  });
  const browser = new Browser();
  t.after(() => browser.close());
  return {
    server,
    browser,
    open,
    send: (text) => open.forEach((write) => write(text)),
    watch: (window, options) =>
      watchTrip(server.url, { token, WebSocket, backoff: { baseMs: 20, capMs: 50 }, signal: server.over, window, seen: false, ...options }),
  };
}

function until(watched: TripWatch, cursor: string): Promise<void> {
  if (watched.latest?.cursor === cursor) return Promise.resolve();
  return new Promise((resolve) => watched.on('state', (state) => state.cursor === cursor && resolve()));
}

function phase(watched: TripWatch, wanted: Status['phase']): Promise<void> {
  if (watched.status.phase === wanted) return Promise.resolve();
  return new Promise((resolve) => watched.on('status', (status) => status.phase === wanted && resolve()));
}

/** Waits for what no event tells of. */
function becomes(holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => void (holds() ? resolve() : setTimeout(look, 5));
    look();
  });
}

test('tabs that watch the same share one stream', limit, async (t) => {
  const { server, browser, send, watch } = await stage(t);
  const first = watch(browser.open());
  await until(first, 'c1');
  const second = watch(browser.open());
  await until(second, 'c1');
  send(position(trip(2)));
  await Promise.all([until(first, 'c2'), until(second, 'c2')]);
  assert.equal(server.asked.length, 1);
  assert.deepEqual([first.status.shared, second.status.shared, second.status.phase], [undefined, true, 'live']);
});

test('what tabs tell each other has no token in it', limit, async (t) => {
  const { browser, send, watch } = await stage(t);
  const first = watch(browser.open());
  await until(first, 'c1');
  const key = [...browser.locks.keys()][0]!;
  assert.ok(!key.includes(token) && !key.includes(token.split('.')[1]!));
  const listener = new BroadcastChannel(key);
  t.after(() => listener.close());
  const said: string[] = [];
  listener.onmessage = ({ data }) => said.push(JSON.stringify(data));
  const second = watch(browser.open());
  await until(second, 'c1');
  send(position(trip(2)));
  await until(second, 'c2');
  // Each listener hears in its own time.
  await becomes(() => said.some((text) => text.includes('"c2"')));
  assert.ok(said.length >= 3, `${said.length}`);
  assert.ok(said.every((text) => !text.includes(token)));
});

test('a tab whose leader closes goes on from the cursor', limit, async (t) => {
  const { server, browser, send, watch } = await stage(t);
  const first = watch(browser.open());
  await until(first, 'c1');
  const second = watch(browser.open());
  await until(second, 'c1');
  send(position(trip(2)));
  await until(second, 'c2');
  first.close();
  await new Promise<void>((resolve) => second.on('status', ({ phase, shared }) => phase === 'live' && !shared && resolve()));
  assert.deepEqual(server.asked.map(({ cursor }) => cursor), [undefined, 'c2']);
});

test('a leader that crashes is replaced', limit, async (t) => {
  const { browser, server, watch } = await stage(t);
  const tab = browser.open();
  const first = watch(tab);
  await until(first, 'c1');
  const second = watch(browser.open());
  await until(second, 'c1');
  tab.crash();
  await new Promise<void>((resolve) => second.on('status', ({ phase, shared }) => phase === 'live' && !shared && resolve()));
  assert.equal(server.asked.length, 2);
});

test('a leader that is hidden hands over to a tab that is shown', limit, async (t) => {
  const { browser, open, watch } = await stage(t);
  const tab = browser.open();
  const first = watch(tab);
  await until(first, 'c1');
  const second = watch(browser.open());
  await until(second, 'c1');
  tab.hide();
  await new Promise<void>((resolve) => second.on('status', ({ phase, shared }) => phase === 'live' && !shared && resolve()));
  await new Promise<void>((resolve) => (first.status.shared ? resolve() : first.on('status', ({ shared }) => shared && resolve())));
  // The server hears a little later that the first one let go.
  await becomes(() => open.size === 1);
});

test('a leader that is hidden alone keeps its stream until a tab is shown', limit, async (t) => {
  const { browser, server, watch } = await stage(t);
  const tab = browser.open();
  const first = watch(tab);
  await until(first, 'c1');
  tab.hide();
  const second = watch(browser.open(true));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(server.asked.length, 1);
  const third = watch(browser.open());
  await new Promise<void>((resolve) => third.on('status', ({ phase, shared }) => phase === 'live' && !shared && resolve()));
  await phase(first, 'live');
  second.close();
});

test('the end of the trip reaches every tab', limit, async (t) => {
  const { server, browser, send, watch } = await stage(t);
  const first = watch(browser.open());
  await until(first, 'c1');
  const second = watch(browser.open());
  await until(second, 'c1');
  const ended = Promise.all([first, second].map((watched) => new Promise((resolve) => watched.on('end', resolve))));
  send(`${position(trip(2, { status: 'complete', version: 2 }))}event: end\ndata: {"reason":"trip-complete"}\n\n`);
  assert.deepEqual(await ended, Array(2).fill({ reason: 'trip-complete', status: 'complete' }));
  assert.equal(second.latest?.status, 'complete');
  assert.equal(server.asked.length, 1);
});

test('a tab that pins a strategy, or whose token is another’s, has a connection of its own', limit, async (t) => {
  const { server, browser, watch } = await stage(t);
  const first = watch(browser.open());
  await until(first, 'c1');
  await until(watch(browser.open(), { strategy: 'sse' }), 'c1');
  await until(watch(browser.open(), { token: tokenOf({ sub: 'rider-8', role: 'rider', trip: 't_1' }) }), 'c1');
  await until(watch(browser.open(), { token: 'opaque' }), 'c1');
  await until(watch(browser.open(), { share: false }), 'c1');
  assert.equal(server.asked.length, 5);
  const last = watch(browser.open());
  await until(last, 'c1');
  assert.equal(server.asked.length, 5);
  last.use('sse');
  await phase(last, 'connecting');
  await phase(last, 'live');
  assert.equal(server.asked.length, 6);
});

test('a hidden tab lets go after a while and catches up at once when it is seen', limit, async (t) => {
  const { server, browser, open, watch } = await stage(t);
  const tab = browser.open();
  const watched = watch(tab, { hiddenAfterMs: 50 });
  await until(watched, 'c1');
  tab.hide();
  await phase(watched, 'paused');
  await becomes(() => open.size === 0);
  assert.equal(browser.leaders.length, 0);
  tab.show();
  await phase(watched, 'live');
  assert.deepEqual(server.asked.map(({ cursor }) => cursor), [undefined, 'c1']);
});

test('a page that goes into the back/forward cache holds nothing open, and goes on when it comes back', limit, async (t) => {
  const { server, browser, watch } = await stage(t);
  const tab = browser.open();
  const watched = watch(tab);
  await until(watched, 'c1');
  tab.dispatchEvent(new Event('pagehide'));
  await phase(watched, 'paused');
  assert.equal(browser.leaders.length, 0);
  tab.dispatchEvent(new Event('pageshow'));
  await phase(watched, 'live');
  assert.equal(server.asked.length, 2);
});

test('without a network nothing is counted as a failure, and it goes on at once when there is one', limit, async (t) => {
  const { server, browser, watch } = await stage(t);
  const tab = browser.open();
  let cut = false;
  const watched = watch(tab, {
    fetch: async (input, init) => {
      if (cut) throw new TypeError('no network');
      return fetch(input, init);
    },
  });
  await until(watched, 'c1');
  cut = true;
  tab.goOffline();
  // The stream breaks, as it does when the network goes; the next try fails, and no other strategy is tried.
  const waiting = phase(watched, 'waiting');
  server.drop();
  await waiting;
  if (watched.status.retryAtMs! - Date.now() < 20_000) await new Promise<void>((resolve) => watched.on('status', ({ retryAtMs }) => retryAtMs && retryAtMs - Date.now() > 20_000 && resolve()));
  assert.equal(watched.status.strategy, 'sse');
  cut = false;
  tab.goOnline();
  await phase(watched, 'live');
  assert.equal(watched.status.strategy, 'sse');
});

test('a connection that was open before the network went is renewed when it is back', limit, async (t) => {
  const { server, browser, watch } = await stage(t);
  const tab = browser.open();
  const watched = watch(tab);
  await until(watched, 'c1');
  tab.goOffline();
  tab.goOnline();
  await phase(watched, 'connecting');
  await phase(watched, 'live');
  assert.deepEqual(server.asked.map(({ cursor }) => cursor), [undefined, 'c1']);
});

test('a page that is let to no locks has a connection of its own', limit, async (t) => {
  const { server, browser, watch } = await stage(t);
  const tab = browser.open();
  tab.refusesLocks = true;
  const watched = watch(tab);
  await until(watched, 'c1');
  assert.equal(server.asked.length, 1);
  assert.equal(watched.status.shared, undefined);
});

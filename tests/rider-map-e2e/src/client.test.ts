import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { watchTrip, type Strategy, type TripState, type TripWatch, type WatchOptions } from '@ridetracker/rider-client';
import { WebSocket } from 'ws';
import { directory, Driver, type Directory } from './demo.js';
import { FaultProxy } from './fault-proxy.js';
import { weather } from './faults.js';
import { missingServer, startServer, type Server } from './server.js';

const reason = missingServer();
const limit = { timeout: 120_000, skip: reason ?? false };
const strategies: readonly Strategy[] = ['sse', 'websocket', 'long-poll', 'poll'];

let server: Server;
let demo: Directory;
let driver: Driver;

before(async () => {
  if (reason) return;
  server = await startServer();
  demo = await directory(server.url);
  driver = await Driver.at(server.url, demo);
});

after(async () => {
  await server?.stop();
});

/** On a busy machine what is to win takes its time to open too; only what is held back is to lose its place. */
const steady: WatchOptions = { checkEveryMs: 4000 };

interface Stage {
  readonly proxy: FaultProxy;
  readonly watched: TripWatch;
  readonly states: TripState[];
}

/** The driver's trip, watched through a proxy; what is seen is checked as it comes. */
async function stage(t: TestContext, options: WatchOptions = {}, prepare?: (proxy: FaultProxy) => void): Promise<Stage> {
  const proxy = await FaultProxy.before(server.url);
  prepare?.(proxy);
  const watched = watchTrip(`${proxy.url}/v1/trips/${demo.driverTrip.id}/live`, {
    token: demo.driverTrip.token,
    WebSocket,
    backoff: { baseMs: 100, capMs: 500 },
    ...options,
  });
  t.after(async () => {
    watched.close();
    await proxy.close();
  });
  const states: TripState[] = [];
  watched.on('state', (state) => {
    const last = states.at(-1);
    if (last?.vehicle && state.vehicle) assert.ok(state.vehicle.time >= last.vehicle.time, 'the time went back');
    assert.notEqual(state.cursor, last?.cursor, 'a state came twice');
    states.push(state);
  });
  return { proxy, watched, states };
}

function when(watched: TripWatch, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!holds()) return;
      offs.forEach((off) => off());
      resolve();
    };
    const offs = [watched.on('state', look), watched.on('status', look)];
    look();
  });
}

/** Fixes are a second apart by their time: no further ahead of the clock than a server lets pass. */
async function drive(eastMeters: number, northMeters: number, aheadMs = 5000): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, driver.time - aheadMs - Date.now()));
  await driver.drive(eastMeters, northMeters);
}

/** The watch shows the fix that the driver reported last. */
function shows(watched: TripWatch, time: number): Promise<void> {
  return when(watched, () => watched.latest?.vehicle?.time === time);
}

/** Drives, once a second, until states come by this strategy; the last one is shown. */
async function drivenUntilBy(watched: TripWatch, strategy: Strategy): Promise<void> {
  const driving = setInterval(() => void drive(6, 0), 1000);
  try {
    await when(watched, () => watched.status.phase === 'live' && watched.status.strategy === strategy);
  } finally {
    clearInterval(driving);
  }
  await drive(6, 0);
  await shows(watched, driver.time);
}

for (const strategy of strategies) {
  test(`through cuts the last fix is shown in the end, and each connection begins at the cursor, by ${strategy}`, limit, async (t) => {
    const { proxy, watched, states } = await stage(t, { strategy });
    for (let round = 0; round < 2; round++) {
      await drive(10, 0);
      await shows(watched, driver.time);
      const { cursor, vehicle } = watched.latest!;
      const from = proxy.asked.length;
      proxy.cut();
      await drive(10, 0);
      await shows(watched, driver.time);
      const next = proxy.asked.slice(from).find(({ path }) => path.endsWith('/live'));
      // A poll may have asked again before it was cut. What was on its way then may still have come, but nothing of the fix after it.
      if (!next) continue;
      const indexOf = (wanted: string | undefined): number => states.findIndex((state) => state.cursor === wanted);
      assert.ok(indexOf(next.cursor) >= indexOf(cursor), `${next.cursor} after ${cursor}`);
      assert.equal(states[indexOf(next.cursor)]?.vehicle?.time, vehicle?.time);
    }
    assert.ok(states.length >= 4);
    assert.ok(proxy.asked.every(({ way }) => way === 'other' || way === strategy || (strategy === 'long-poll' && way === 'poll')));
  });

  test(`in bad weather nothing goes back, and in good weather the last fix is shown, by ${strategy}`, limit, async (t) => {
    const { proxy, watched } = await stage(t, { strategy, openTimeoutMs: 1500 });
    const sky = weather(7 + strategies.indexOf(strategy));
    for (let spell = 0; spell < 6; spell++) {
      const { fault, only } = sky.next();
      proxy.faults.delayMs = 400;
      proxy.set(fault, only);
      if (spell % 3 === 1) proxy.cut();
      // One a second, so that the weather has its time.
      await drive(8, spell % 2 ? 3 : -3, 0);
    }
    proxy.set('none');
    proxy.cut();
    await drive(5, 0);
    await shows(watched, driver.time);
  });
}

test('a proxy that holds event streams back costs SSE its place, and the picture is there before', limit, async (t) => {
  await drive(10, 0);
  const { proxy, watched } = await stage(t, steady, (before) => before.set('buffer', ['sse']));
  await shows(watched, driver.time);
  await when(watched, () => watched.status.strategy === 'websocket');
  const { cursor } = watched.latest!;
  await when(watched, () => watched.status.phase === 'live' && watched.status.strategy === 'websocket');
  assert.equal(proxy.asked.find(({ way }) => way === 'websocket')?.cursor, cursor);
});

test('where neither streams nor upgrades get through, a long poll shows every fix', limit, async (t) => {
  await drive(10, 0);
  const { watched } = await stage(t, {}, (before) => before.set('bad-gateway', ['sse', 'websocket']));
  await when(watched, () => watched.status.phase === 'live' && watched.status.strategy === 'long-poll');
  await drive(10, 0);
  await shows(watched, driver.time);
});

test('a stream that brings every state late, and its alive in time, loses its place', limit, async (t) => {
  const { proxy, watched } = await stage(t);
  await when(watched, () => watched.status.phase === 'live');
  assert.equal(watched.status.strategy, 'sse');
  proxy.faults.delayMs = 30_000;
  proxy.set('delay', ['sse']);
  await drivenUntilBy(watched, 'websocket');
});

test('a long poll that brings every state late gives way to short polls', limit, async (t) => {
  await drive(10, 0);
  const { proxy, watched } = await stage(t, {}, (before) => before.set('bad-gateway', ['sse', 'websocket']));
  await when(watched, () => watched.status.phase === 'live' && watched.status.strategy === 'long-poll');
  proxy.faults.delayMs = 30_000;
  proxy.set('delay', ['long-poll']);
  await drivenUntilBy(watched, 'poll');
});

test('web pages under any status, and nonsense in frames, end nothing', limit, async (t) => {
  const { proxy, watched } = await stage(t, { openTimeoutMs: 1500 });
  for (const fault of ['web-page', 'not-found', 'bad-gateway', 'garble'] as const) {
    await when(watched, () => watched.status.phase === 'live');
    const tried = proxy.asked.length;
    proxy.set(fault);
    proxy.cut();
    await drive(6, 0);
    await when(watched, () => proxy.asked.length > tried + 3);
    assert.equal(watched.ended, undefined);
    proxy.set('none');
    await drive(6, 0);
    await shows(watched, driver.time);
  }
});

/** How many ages the server has counted, by strategy. */
async function counted(): Promise<Record<string, number>> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const counts = [...text.matchAll(/^ridetracker_seen_age\w*_count\{.*strategy="([\w-]+)".*\} (\d+)/gm)];
  return Object.fromEntries(counts.map(([, strategy, count]) => [strategy, Number(count)]));
}

test('the age of the picture is told by each strategy, and the server counts it', limit, async (t) => {
  const before = await counted();
  await drive(6, 0);
  for (const strategy of strategies) {
    const { watched } = await stage(t, { strategy, checkEveryMs: 50, seenEveryMs: 200 });
    await shows(watched, driver.time);
    while (((await counted())[strategy] ?? 0) <= (before[strategy] ?? 0)) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // A node tells of itself now and then.
  let told: { p50: number; p99: number } | undefined;
  while (!told) {
    const answer = await fetch(`${server.url}/v1/nodes`, { headers: { Authorization: `Bearer ${demo.dispatcherToken}` } });
    const { nodes } = (await answer.json()) as { nodes: { seenMs?: { p50: number; p99: number } }[] };
    told = nodes.find(({ seenMs }) => seenMs)?.seenMs;
    if (!told) await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.ok(told.p50 >= 0 && told.p99 < 600_000, JSON.stringify(told));
});

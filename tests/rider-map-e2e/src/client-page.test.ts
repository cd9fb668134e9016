import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { WatchOptions } from '@ridetracker/rider-client';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launch, missingBrowser } from './browser.js';
import { directory, Driver, type Directory } from './demo.js';
import { FaultProxy } from './fault-proxy.js';
import { missingServer, startServer, type Server } from './server.js';

const reason = missingBrowser() ?? missingServer();
const limit = { timeout: 120_000, skip: reason ?? false };

/** What the page under test shows of its watch. */
interface Shown {
  readonly time: number | undefined;
  readonly phase: string;
  readonly strategy: string;
  readonly shared: boolean;
}

const html = '<!doctype html><title>client</title><script type="module" src="/client/under-test.js"></script>';
/** Nothing but the client: what it was given stands in the fragment. */
const script = `
import { watchTrip } from './index.js';
const { url, options } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const watch = watchTrip(url, options);
window.shown = () => ({
  time: watch.latest?.vehicle?.time, phase: watch.status.phase, strategy: watch.status.strategy, shared: watch.status.shared === true,
});
`;
const policy = { 'Content-Security-Policy': "default-src 'none'; script-src 'self'; connect-src 'self'" };
const built = import.meta.resolve('@ridetracker/rider-client');

/** On a busy machine, or where many tabs start at once, a connection may take its time to open: no strategy is to lose its place by that. */
const patient: WatchOptions = { checkEveryMs: 120_000, openTimeoutMs: 60_000 };

let server: Server;
let browser: Browser;
let demo: Directory;
let driver: Driver;
let proxy: FaultProxy;
let context: BrowserContext;

before(async () => {
  if (reason) return;
  server = await startServer();
  browser = await launch();
  demo = await directory(server.url);
  driver = await Driver.at(server.url, demo);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A fresh browser profile, and a proxy that also serves the page. */
beforeEach(async () => {
  if (reason) return;
  proxy = await FaultProxy.before(server.url, (path) => {
    const name = /^\/client\/([\w-]*)(\.js)?$/.exec(path);
    if (!name) return undefined;
    if (!name[1]) return { type: 'text/html', body: html, headers: policy };
    const body = name[1] === 'under-test' ? script : readFileSync(new URL(`${name[1]}.js`, built), 'utf8');
    return { type: 'text/javascript', body };
  });
  context = await browser.newContext();
  await driver.drive(6, 0);
});

afterEach(async () => {
  await context?.close();
  await proxy?.close();
});

async function open(options: Omit<WatchOptions, 'fetch'> = {}, prepare?: (page: Page) => Promise<void>): Promise<Page> {
  const page = await context.newPage();
  await prepare?.(page);
  const told = { url: `/v1/trips/${demo.driverTrip.id}/live`, options: { token: demo.driverTrip.token, ...options } };
  await page.goto(`${proxy.url}/client/#${encodeURIComponent(JSON.stringify(told))}`);
  return page;
}

async function wait(page: Page, wanted: Partial<Shown>): Promise<void> {
  await page.waitForFunction(
    (parts) => {
      const now = (window as unknown as { shown?: () => Record<string, unknown> }).shown?.();
      return now && Object.entries(parts).every(([name, value]) => now[name] === value);
    },
    wanted as Record<string, unknown>,
    // Also where the page does not draw: hidden, or behind another.
    { timeout: 60_000, polling: 100 },
  );
}

/** What a browser says and tells where a tab is hidden or shown. */
function turn(page: Page, hidden: boolean): Promise<void> {
  return page.evaluate((to) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => to });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

async function drivenTo(...pages: Page[]): Promise<void> {
  await driver.drive(5, 0);
  await Promise.all(pages.map((page) => wait(page, { time: driver.time })));
}

test('eight tabs of one trip share one stream, under a strict policy, and the next goes on when the first is closed', limit, async () => {
  const first = await open(patient);
  await wait(first, { phase: 'live', shared: false });
  const others: Page[] = [];
  for (let i = 0; i < 7; i++) others.push(await open(patient));
  await Promise.all(others.map((page) => wait(page, { phase: 'live', shared: true })));
  await drivenTo(first, ...others);
  await proxy.untilStreams('sse');
  await first.close();
  await drivenTo(...others);
  await proxy.untilStreams('sse');
  const lives = proxy.asked.filter(({ path }) => path.endsWith('/live'));
  assert.equal(lives.length, 2);
  assert.ok(lives[1]!.cursor);
});

test('a leader that is hidden hands over, and one that is frozen is replaced', limit, async () => {
  const first = await open(patient);
  await wait(first, { phase: 'live', shared: false });
  const second = await open(patient);
  await wait(second, { phase: 'live', shared: true });
  await turn(first, true);
  await wait(second, { phase: 'live', shared: false });
  await wait(first, { shared: true });
  await turn(first, false);
  await drivenTo(first, second);
  await proxy.untilStreams('sse');
  // The device puts the second to sleep, and its lock with it.
  const session = await context.newCDPSession(second);
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  await wait(first, { phase: 'live', shared: false });
  await drivenTo(first);
  // It wakes, and follows.
  await session.send('Debugger.resume');
  await session.send('Debugger.disable');
  await wait(second, { phase: 'live', shared: true });
  await drivenTo(first, second);
});

test('a tab that is hidden for long lets go, and catches up when it is seen', limit, async () => {
  const page = await open({ ...patient, hiddenAfterMs: 200 });
  await wait(page, { phase: 'live' });
  await turn(page, true);
  await wait(page, { phase: 'paused' });
  await proxy.untilStreams();
  await driver.drive(5, 0);
  await turn(page, false);
  await wait(page, { phase: 'live', time: driver.time });
  assert.ok(proxy.asked.findLast(({ way }) => way === 'sse')?.cursor);
});

test('offline it waits without giving way to another strategy, and online it goes on at once', limit, async () => {
  const page = await open(patient);
  await wait(page, { phase: 'live' });
  await context.setOffline(true);
  await page.waitForFunction(() => !navigator.onLine);
  proxy.cut();
  await wait(page, { phase: 'waiting', strategy: 'sse' });
  await driver.drive(5, 0);
  await context.setOffline(false);
  await wait(page, { phase: 'live', strategy: 'sse', time: driver.time });
  assert.ok(proxy.asked.every(({ way }) => way === 'sse' || way === 'other'));
});

test('a browser that can’t read an answer while it comes uses a WebSocket', limit, async () => {
  const page = await open(patient, async (fresh) => {
    await fresh.addInitScript(() => Object.defineProperty(Response.prototype, 'body', { get: () => null }));
  });
  await wait(page, { phase: 'live', strategy: 'websocket' });
  await drivenTo(page);
});

test('behind a proxy that holds streams back the picture is there at once, then by WebSocket, without that by long poll', limit, async () => {
  // On a busy machine a WebSocket too takes its time to open; only what is held back is to lose its place.
  const steady = { checkEveryMs: 4000 };
  proxy.set('buffer', ['sse']);
  const first = await open(steady);
  await wait(first, { time: driver.time });
  await wait(first, { phase: 'live', strategy: 'websocket' });
  await first.close();
  proxy.set('buffer', ['sse', 'websocket']);
  const second = await open(steady);
  await wait(second, { strategy: 'long-poll' });
  await drivenTo(second);
  await wait(second, { phase: 'live', strategy: 'long-poll' });
});

/**
 * The rider's page behind a proxy in bad weather, for minutes: whether it ever shows a stale picture as a fresh one, and whether an error of
 * its own turns up. `npm run soak -- 10 [seed]`; ends with 1 if it does.
 */
import type { Page } from 'playwright-core';
import { launch, mapReady, missingBrowser } from './browser.js';
import { directory, Driver } from './demo.js';
import { FaultProxy } from './fault-proxy.js';
import { weather } from './faults.js';
import { missingServer, startServer } from './server.js';

/** In these phases the page shows the car as one to believe. */
const trusted: readonly string[] = ['coming', 'here', 'riding'];
/** The page's own bound is 10 s past the announced second; it draws twice a second, and this looks as often, milliseconds. */
const oldestFreshMs = 13_000;
/** After the weather the page is to be right again within this, milliseconds. */
const recoverMs = 60_000;
const lookEveryMs = 500;

interface Seen {
  readonly phase: string;
  readonly strategy: string;
  readonly time: number | undefined;
}

const reason = missingBrowser() ?? missingServer();
if (reason) throw new Error(reason);
const minutes = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? 1);
const server = await startServer();
const browser = await launch();
const complaints: string[] = [];
const phases = new Map<string, number>();
const strategies = new Map<string, number>();
let oldestMs = 0;
let looks = 0;

try {
  const demo = await directory(server.url);
  const driver = await Driver.at(server.url, demo);
  await driver.drive(5, 0);
  const proxy = await FaultProxy.before(server.url);
  const page = await (await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'en-GB' })).newPage();
  page.on('pageerror', (error) => complain(`an error that nobody caught: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // What the browser itself says of a network that fails is no error of the page.
    const ofNetwork = /^(Failed to load resource|WebSocket connection to|Access to fetch)/.test(message.text());
    if (message.type() === 'error' && !ofNetwork) complain(`console: ${message.text()}`);
  });
  await page.goto(`${proxy.url}/t/#${demo.driverTrip.token}`);
  await mapReady(page);

  let steps = 0;
  let driving: Promise<unknown> = Promise.resolve();
  // To and fro, far enough from the stop.
  const timer = setInterval(() => (driving = driving.then(() => driver.drive(steps++ % 40 < 20 ? 7 : -7, 0)).catch((error: unknown) => complain(`driver: ${error}`))), 1000);
  const sky = weather(seed);
  const endAt = Date.now() + minutes * 60_000;
  let reportAt = Date.now() + 30_000;
  while (Date.now() < endAt) {
    const { fault, only, forMs } = sky.next();
    // Now and then it is the device that has no network.
    const offline = fault !== 'none' && forMs % 5 === 0;
    if (offline) await page.context().setOffline(true);
    proxy.faults.delayMs = 3000 + (forMs % 15_000);
    proxy.set(fault, only);
    if (forMs % 3 === 0) proxy.cut();
    const until = Math.min(endAt, Date.now() + forMs);
    while (Date.now() < until) await look(page, driver, `${offline ? 'offline, ' : ''}${fault}${only ? ` of ${only.join(' and ')}` : ''}`);
    if (offline) await page.context().setOffline(false);
    if (Date.now() >= reportAt) {
      reportAt += 30_000;
      console.log(`${Math.round((Date.now() - endAt) / 1000 + minutes * 60)} s: ${summary()}`);
    }
  }
  proxy.set('none');
  const recoverBy = Date.now() + recoverMs;
  let seen = await look(page, driver, 'the weather is over');
  while (!(trusted.includes(seen.phase) && driver.time - (seen.time ?? 0) < 3000)) {
    if (Date.now() > recoverBy) {
      complain(`a minute after the weather: ${JSON.stringify(seen)}`);
      break;
    }
    seen = await look(page, driver, 'the weather is over');
  }
  clearInterval(timer);
  await driving;
  await page.context().close();
  await proxy.close();
} finally {
  await browser.close();
  await server.stop();
}
console.log(`${minutes} minutes, seed ${seed}: ${summary()}; ${complaints.length} complaints`);
process.exitCode = complaints.length > 0 ? 1 : 0;

function complain(text: string): void {
  complaints.push(text);
  console.error(text);
}

async function look(page: Page, driver: Driver, during: string): Promise<Seen> {
  await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  // Taken before the page is asked: what comes in between makes the page's picture newer, never older.
  const newest = driver.time;
  const seen = await page.evaluate((): Seen => {
    const { phase, strategy, state } = (
      window as unknown as { __ridetracker: { phase: string; strategy: string; state?: { vehicle?: { time: number } } } }
    ).__ridetracker;
    return { phase, strategy, time: state?.vehicle?.time };
  });
  looks++;
  phases.set(seen.phase, (phases.get(seen.phase) ?? 0) + 1);
  strategies.set(seen.strategy, (strategies.get(seen.strategy) ?? 0) + 1);
  if (trusted.includes(seen.phase)) {
    const ageMs = newest - (seen.time ?? 0);
    oldestMs = Math.max(oldestMs, ageMs);
    if (ageMs > oldestFreshMs) complain(`${seen.phase}, by ${seen.strategy}, with a picture ${ageMs} ms old (${during})`);
  }
  return seen;
}

function summary(): string {
  const shares = (counts: Map<string, number>): string =>
    [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${Math.round((100 * count) / looks)} %`).join(', ');
  return `${looks} looks; ${shares(phases)}; ${shares(strategies)}; the oldest picture shown as fresh ${oldestMs} ms`;
}

/**
 * Measures the dispatcher's page with ten thousand cars that all move each second: script on the page's thread in each sixtieth of a second
 * (from Chromium's own trace) and memory. Prints a table for docs/benchmarks.md. `node bench-dispatch.js [cars] [seconds]`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { launch, mapReady } from './browser.js';
import type { DispatchHook } from './dispatch-page.js';
import { startFleetServer } from './fleet-server.js';

const cars = Number(process.argv[2] ?? 10_000);
const seconds = Number(process.argv[3] ?? 20);
const folder = fileURLToPath(new URL('../../../../clients/rider-map/dist', import.meta.url));

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly data?: { readonly url?: string } };
}

/** What runs JavaScript, and what cleans up after it. */
const scripts = new Set(['FunctionCall', 'EvaluateScript', 'FireAnimationFrame', 'TimerFire', 'EventDispatch', 'MinorGC', 'MajorGC', 'V8.GC_SCAVENGER', 'RunMicrotasks', 'HandlePostMessage']);

/** The beginning of a frame on the page's thread. */
const isFrame = ({ name, ph }: TraceEvent): boolean => name === 'AnimationFrame' && ph === 'b';

const percentile = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** A screen's frame, microseconds. The software renderer of a test machine draws far fewer, and a frame of its would gather the script of many. */
const slotUs = 1e6 / 60;

/** Milliseconds of script in each sixtieth of a second; nested events count once, a long one where it begins. */
function perSlot(events: readonly TraceEvent[], pid: number, tid: number): number[] {
  const own = events.filter((event) => event.pid === pid && event.tid === tid && event.ph === 'X' && scripts.has(event.name)).sort((a, b) => a.ts - b.ts);
  const first = own[0]?.ts ?? 0;
  const slots = new Array<number>(Math.round(seconds * 60)).fill(0);
  let until = 0;
  for (const { ts, dur = 0, tdur } of own) {
    if (ts < until) continue;
    until = ts + dur;
    const slot = Math.floor((ts - first) / slotUs);
    // CPU time where the trace has it: another process may have had the core meanwhile.
    if (slot < slots.length) slots[slot]! += (tdur ?? dur) / 1000;
  }
  return slots.sort((a, b) => a - b);
}

async function measure(browser: Browser, page: Page, name: string, during: () => Promise<void>): Promise<void> {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8', '__metadata'] });
  await during();
  const trace = JSON.parse((await browser.stopTracing()).toString('utf8')) as { traceEvents: TraceEvent[] };
  const events = trace.traceEvents;
  // Only the page's own thread makes frames.
  const main = events.find(isFrame);
  if (!main) throw new Error(`${name}: no frame was drawn.`);
  const slots = perSlot(events, main.pid, main.tid);
  const total = slots.reduce((sum, ms) => sum + ms, 0);
  const figures = [0.5, 0.95, 0.99, 1].map((share) => percentile(slots, share).toFixed(2));
  console.log(`| ${name} | ${figures.join(' | ')} | ${(total / seconds).toFixed(0)} | ${(events.filter(isFrame).length / seconds).toFixed(0)} |`);
}

/** What a process has for itself alone, MB: not the browser's program, which all share. */
function privateMb(pid: number): number {
  const sums = [...readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').matchAll(/Private_\w+:\s+(\d+)/g)];
  return sums.reduce((sum, [, kb]) => sum + Number(kb), 0) / 1024;
}

async function rendererPids(browser: Browser): Promise<number[]> {
  const session: CDPSession = await browser.newBrowserCDPSession();
  const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as { processInfo: { type: string; id: number }[] };
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

const server = await startFleetServer(folder, cars);
const browser = await launch();
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`${server.url}/dispatch/#${server.token}`);
  await mapReady(page);
  await page.waitForFunction((count) => {
    const hook = (window as unknown as { __ridetracker: DispatchHook }).__ridetracker;
    return hook.shown === count && hook.drivers === count && hook.trips > 0;
  }, cars, { timeout: 120_000 });
  const wait = (ms: number): Promise<void> => page.waitForTimeout(ms);
  await wait(5000);
  console.log(`${cars} cars, all moving each second (${(server.tickBytes / 1e6).toFixed(1)} MB of JSON a tick), ${seconds} s each, 1440 x 900\n`);
  console.log('| | script in 1/60 s, p50, ms | p95 | p99 | most | script in 1 s, ms | frames drawn in 1 s |\n|---|---|---|---|---|---|---|');
  await measure(browser, page, 'the whole city, in groups', () => wait(seconds * 1000));
  await page.evaluate(() => document.querySelector<HTMLElement>('.d-row.row-car')?.click());
  await measure(browser, page, 'a car chosen', () => wait(seconds * 1000));
  await page.keyboard.press('Escape');
  for (let i = 0; i < 3; i++) await page.click('[aria-label="Zoom in"]');
  await wait(2000);
  await measure(browser, page, 'closer, cars by themselves', () => wait(seconds * 1000));
  await measure(browser, page, 'dragging the map (MapLibre draws too)', async () => {
    const endMs = Date.now() + seconds * 1000;
    await page.mouse.move(900, 450);
    await page.mouse.down();
    for (let i = 0; Date.now() < endMs; i++) {
      await page.mouse.move(900 + 200 * Math.sin(i / 10), 450 + 120 * Math.cos(i / 10));
      await wait(16);
    }
    await page.mouse.up();
  });
  const session = await context.newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = (await session.send('Performance.enable').then(() => session.send('Performance.getMetrics'))) as { metrics: { name: string; value: number }[] };
  const heap = (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0) / 1e6;
  const pids = await rendererPids(browser);
  console.log(`\nJavaScript heap of the page after a collection: ${heap.toFixed(0)} MB; the renderer processes (the page with its workers is the largest): ${pids.map((pid) => privateMb(pid).toFixed(0)).join(' + ')} MB of their own`);
  await context.close();
} finally {
  await browser.close();
  await server.stop();
}

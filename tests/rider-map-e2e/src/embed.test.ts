/** `<ride-tracker-trip>` in a page of another site, with a strict policy of its own. */
import assert from 'node:assert/strict';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { assertAccessible } from './axe.js';
import { launch, leave, missingBrowser, openPage, type Watched } from './browser.js';
import { directory, Driver, keepAwake, type Directory, type LngLat } from './demo.js';
import { OwnRide } from './own-ride.js';
import { missingServer, startServer, type Server } from './server.js';

// A server of another's choice need not let our page's origin in.
const reason = missingBrowser() ?? missingServer() ?? (process.env['RIDETRACKER_URL'] ? 'it needs a demo of its own, with its own CORS setting' : undefined);
const limit = { timeout: 180_000, skip: reason ?? false };

interface Trip extends HTMLElement {
  readonly ride?: { readonly marker?: LngLat; readonly phase: string; readonly strategy: string };
}

let server: Server;
let browser: Browser;
let demo: Directory;
let driver: Driver;
let asleep: (() => void) | undefined;
let site: HttpServer;
let siteUrl: string;

before(async () => {
  if (reason) return;
  site = createServer((_request, response) => {
    const policy = `default-src 'none'; script-src ${server.url}; connect-src ${server.url} ${server.url.replace('http', 'ws')}; style-src 'self'; img-src data: blob:; worker-src blob:`;
    response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': policy });
    response.end(`<!doctype html><html lang="en"><title>Another site</title><link rel="icon" href="data:,"><main><h1>Another site</h1></main><script type="module" src="${server.url}/embed/ride-tracker-trip.js"></script></html>`);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  // Another host name than the demo's 127.0.0.1, so that it is another site and not just another port.
  siteUrl = `http://localhost:${(site.address() as AddressInfo).port}`;
  server = await startServer({ Delivery__CorsOrigins__0: siteUrl });
  browser = await launch();
  demo = await directory(server.url);
  driver = await Driver.at(server.url, demo);
  await driver.drive(0, 0);
  asleep = keepAwake(driver);
});

// A test that fails leaves its pages open.
afterEach(async () => {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
});

after(async () => {
  asleep?.();
  await browser?.close();
  await server?.stop();
  site?.close();
});

/** Puts an element into the page; its events go into `window.told`. */
async function embed(page: Page, id: string, attributes: Readonly<Record<string, string>>): Promise<void> {
  await page.evaluate(
    ([name, given]) => {
      const trip = document.createElement('ride-tracker-trip');
      for (const [key, value] of Object.entries(given)) trip.setAttribute(key, value);
      trip.id = name;
      const told = ((window as unknown as { told: Record<string, string[]> }).told ??= {});
      const mine = (told[name] = [] as string[]);
      trip.addEventListener('state', (event) => mine.push(`state ${(event as CustomEvent<{ status: string }>).detail.status}`));
      trip.addEventListener('end', (event) => mine.push(`end ${(event as CustomEvent<{ reason: string }>).detail.reason}`));
      document.querySelector('main')?.append(trip);
    },
    [id, attributes] as const,
  );
}

async function carIsAt(page: Page, id: string, place: LngLat): Promise<void> {
  await page.waitForFunction(
    ([name, { lng, lat }]) => {
      const marker = document.querySelector<Trip>(`#${name}`)?.ride?.marker;
      const scale = 111_320 * Math.cos((lat * Math.PI) / 180);
      return marker && Math.hypot((marker.lng - lng) * scale, (marker.lat - lat) * 111_320) < 2;
    },
    [id, place] as const,
  );
}

/** Requests to the server are what this page is for. */
async function close({ page, complaints }: Watched, allowed = /^request to 127\.0\.0\.1:/): Promise<void> {
  await leave(page);
  assert.deepEqual(complaints.filter((complaint) => !allowed.test(complaint)), []);
}

test('a page of another site shows two rides in one file, each with its own language, look and way', limit, async () => {
  const watched = await openPage(browser, siteUrl);
  const { page } = watched;
  await embed(page, 'one', { token: demo.driverTrip.token, theme: 'dark' });
  await embed(page, 'two', { token: demo.driverTrip.token, lang: 'ar', via: 'websocket' });
  for (const [east, north] of [[20, 0], [0, 20]] as const) {
    const place = await driver.drive(east, north);
    await carIsAt(page, 'one', place);
    await carIsAt(page, 'two', place);
  }
  assert.match(await page.innerText('#one .status'), /Robin is on the way/);
  assert.match(await page.innerText('#two .status'), /Robin في الطريق إليك/);
  assert.equal(await page.evaluate(() => document.querySelector<Trip>('#two')?.ride?.strategy), 'websocket');
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('#one')!.shadowRoot!.querySelector('.sheet')!).backgroundColor), 'rgb(29, 33, 41)');
  const scripts = await page.evaluate((from) => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.startsWith(from) && name.endsWith('.js')), server.url);
  assert.deepEqual(scripts, [`${server.url}/embed/ride-tracker-trip.js`]);
  await assertAccessible(page, 'embedded');
  await close(watched);
});

test('it tells of news and of the end', limit, async () => {
  const ride = await OwnRide.make(server.url, demo);
  const { token } = await ride.share();
  const watched = await openPage(browser, siteUrl);
  await embed(watched.page, 'it', { token });
  const told = (text: string): Promise<unknown> => watched.page.waitForFunction((wanted) => (window as unknown as { told: Record<string, string[]> }).told['it']?.includes(wanted), text);
  await told('state new');
  await ride.cancel();
  await told('end trip-canceled');
  assert.match(await watched.page.innerText('#it .title'), /This trip was cancelled/);
  await close(watched, /^request to 127\.0\.0\.1:|Failed to load resource/);
});

test('what is taken out leaves no worker, no element and no memory behind', limit, async () => {
  const watched = await openPage(browser, siteUrl);
  const { page } = watched;
  const memory = await page.context().newCDPSession(page);
  await embed(page, 'gone', { token: demo.driverTrip.token });
  await carIsAt(page, 'gone', await driver.drive(10, 0));
  await page.waitForFunction(() => document.querySelector<Trip>('#gone')?.shadowRoot?.querySelector('.attribution')?.textContent);
  if (page.workers().length === 0) await page.waitForEvent('worker');
  await page.evaluate(() => {
    const trip = document.querySelector<Trip>('#gone')!;
    Object.assign(window, { gone: new WeakRef(trip), canvas: new WeakRef(trip.shadowRoot!.querySelector('canvas')!) });
    trip.remove();
  });
  await page.waitForFunction(() => (window as unknown as { gone: WeakRef<Trip> }).gone.deref()?.shadowRoot?.childElementCount !== 1);
  await Promise.all(page.workers().map((worker) => worker.waitForEvent('close')));
  await page.waitForFunction(() => new Promise(requestAnimationFrame));
  // What was under way lets go of them in its own time.
  let left = ['canvas', 'gone'];
  for (const endMs = Date.now() + 30_000; left.length > 0 && Date.now() < endMs; ) {
    await memory.send('HeapProfiler.collectGarbage');
    left = await page.evaluate(() => ['canvas', 'gone'].filter((name) => (window as unknown as Record<string, WeakRef<object>>)[name]?.deref()));
  }
  assert.deepEqual(left, []);
  await close(watched);
});

test('the example page shows the code to copy and a live ride', limit, async () => {
  const watched = await openPage(browser, `${server.url}/embed/`);
  const { page } = watched;
  await page.waitForSelector('.code code:not(:empty)');
  assert.match(await page.innerText('.code code'), new RegExp(`src="${server.url}/embed/ride-tracker-trip.js"`));
  await page.waitForFunction(() => document.querySelector<Trip>('ride-tracker-trip')?.ride?.marker);
  await assertAccessible(page, 'example');
  await close(watched);
});

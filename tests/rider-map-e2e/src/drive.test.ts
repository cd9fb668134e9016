import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { assertAccessible } from './axe.js';
import { launch, leave, mapReady, missingBrowser, openPage, type Watched } from './browser.js';
import { directory, metersBetween, type Directory, type LngLat } from './demo.js';
import { missingServer, startServer, type Server } from './server.js';

const reason = missingBrowser() ?? missingServer();
const limit = { timeout: 180_000, skip: reason ?? false };
const phone = { viewport: { width: 390, height: 844 } };

interface Hook {
  readonly on: boolean;
  readonly link: string;
  readonly unsettled: number;
  readonly taken: number;
  readonly refused: number;
  readonly place?: LngLat;
  readonly trip?: { readonly id: string } | null;
}

let server: Server;
let browser: Browser;
let demo: Directory;
let start: LngLat;

before(async () => {
  if (reason) return;
  server = await startServer();
  browser = await launch();
  demo = await directory(server.url);
  // On the way to the pick-up, not at it.
  const { pickup } = await trip();
  start = { lat: pickup.lat, lng: pickup.lng - 0.012 };
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What the trip's rider sees. */
async function trip(): Promise<{ readonly pickup: LngLat; readonly vehicle?: LngLat & { readonly time: number } }> {
  const response = await fetch(`${server.url}/v1/trips/${demo.driverTrip.id}/live`, { headers: { Authorization: `Bearer ${demo.driverTrip.token}` } });
  return (await response.json()) as never;
}

/** Waits until the rider is told this place: what was taken is shown a moment after. */
async function riderSees(place: LngLat | undefined): Promise<void> {
  assert.ok(place);
  for (const endMs = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const { vehicle } = await trip();
    if (vehicle && metersBetween(vehicle, place) < 3) return;
    assert.ok(Date.now() < endMs, `the rider sees ${JSON.stringify(vehicle)}, the phone is at ${JSON.stringify(place)}`);
  }
}

/** Times of all fixes in the history, as often as they stand there. */
async function trail(): Promise<number[]> {
  const response = await fetch(`${server.url}/v1/drivers/${demo.driver}/trail?format=csv`, {
    headers: { Authorization: `Bearer ${demo.dispatcherToken}`, Accept: 'text/csv' },
  });
  assert.equal(response.status, 200);
  const [head, ...rows] = (await response.text()).trim().split('\n');
  const column = head!.split(',').indexOf('timestamp_utc');
  return rows.map((row) => Date.parse(row.split(',')[column]!));
}

const near = (eastMeters: number): { latitude: number; longitude: number; accuracy: number } => ({
  latitude: start.lat,
  longitude: start.lng + eastMeters / (111_320 * Math.cos((start.lat * Math.PI) / 180)),
  accuracy: 5,
});

function hookOf(page: Page): Promise<Hook> {
  return page.evaluate(() => {
    const { on, link, unsettled, taken, refused, place, trip } = (window as unknown as { __ridetracker: Hook }).__ridetracker;
    return JSON.parse(JSON.stringify({ on, link, unsettled, taken, refused, place, trip })) as Hook;
  });
}

/** What is waited for: a page's policy forbids conditions as text. */
interface Wanted {
  readonly link?: string;
  readonly taken?: true;
  readonly allSettled?: true;
  readonly trip?: true;
}

async function until(page: Page, wanted: Wanted): Promise<void> {
  await page.waitForFunction(
    ({ link, taken, allSettled, trip }) => {
      const hook = (window as unknown as { __ridetracker?: Hook }).__ridetracker;
      if (!hook) return false;
      return (!link || hook.link === link) && (!taken || hook.taken > 0) && (!allSettled || hook.unsettled === 0) && (!trip || hook.trip);
    },
    wanted,
  );
}

async function openDrive(query = '', options = {}): Promise<Watched> {
  const watched = await openPage(browser, `${server.url}/drive/${query}`, { ...phone, geolocation: near(0), permissions: ['geolocation'], ...options });
  await mapReady(watched.page);
  return watched;
}

/** Moves the phone on, step by step: each place is taken before the next one comes. */
async function move(context: BrowserContext, page: Page, from: number, steps: number): Promise<void> {
  for (let i = 1; i <= steps; i++) {
    const place = near(from + i * 12);
    await context.setGeolocation(place);
    await page.waitForFunction((lng) => Math.abs(((window as unknown as { __ridetracker: Hook }).__ridetracker.place?.lng ?? 0) - lng) < 1e-7, place.longitude);
  }
}

test('a phone that drives is where its rider sees the car', limit, async () => {
  const { page, complaints } = await openDrive();
  assert.match(await page.locator('.note-line').innerText(), /only over https, or on localhost/);
  await page.getByRole('button', { name: 'Start driving' }).click();
  await until(page, { link: 'open', taken: true });
  await move(page.context(), page, 0, 2);
  await until(page, { allSettled: true });
  const { place, trip: assigned } = await hookOf(page);
  await riderSees(place);
  assert.equal(assigned?.id, demo.driverTrip.id);
  await page.getByRole('heading', { name: 'Drive to the pick-up' }).waitFor();
  await page.getByText('All sent').waitFor();
  await assertAccessible(page, 'driving');
  await leave(page);
  assert.deepEqual(complaints, []);
});

test('what was measured offline outlives a reload, and stands in the history exactly once', limit, async () => {
  const { page } = await openDrive();
  const context = page.context();
  await page.getByRole('button', { name: 'Start driving' }).click();
  await until(page, { link: 'open', taken: true, allSettled: true });
  await context.setOffline(true);
  await until(page, { link: 'offline' });
  await page.getByText('No network').waitFor();
  await move(context, page, 30, 3);
  const { place } = await hookOf(page);
  await page.getByText(/\d+ places kept on this phone/).waitFor();
  // The database is written behind what the page knows, and the phone may be asked where it is once more.
  let kept: number[] = [];
  for (const endMs = Date.now() + 30_000; ; ) {
    const { unsettled } = await hookOf(page);
    kept = await keptTimes(page);
    if (unsettled >= 3 && kept.length === unsettled) break;
    assert.ok(Date.now() < endMs, `${unsettled} wait, ${kept.length} are kept`);
  }
  // The page itself comes from the network, what it kept does not. It goes before the network is back, or it would send all of that itself.
  const address = page.url();
  await page.goto('about:blank');
  await context.setOffline(false);
  await page.goto(address);
  await mapReady(page);
  await until(page, { taken: true, allSettled: true });
  const { taken, refused, on } = await hookOf(page);
  assert.equal(on, false);
  assert.ok(taken >= kept.length && refused === 0, `${taken} taken, ${refused} refused`);
  assert.deepEqual(await keptTimes(page), []);
  await riderSees(place);
  // The history is written behind the live view: it is asked until all is there.
  let times: number[] = [];
  for (const endMs = Date.now() + 60_000; Date.now() < endMs; ) {
    times = await trail();
    if (kept.every((time) => times.includes(time))) break;
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 250)));
  }
  for (const time of kept) assert.equal(times.filter((other) => other === time).length, 1, `${time} stands once in the history`);
  await leave(page);
});

/** What waits in the browser's own database. */
function keptTimes(page: Page): Promise<number[]> {
  return page.evaluate(
    (driver) =>
      new Promise<number[]>((resolve, reject) => {
        const opening = indexedDB.open(`ridetracker-drive-${driver}`);
        opening.onerror = () => reject(opening.error ?? new Error('no database'));
        opening.onsuccess = () => {
          const rows = opening.result.transaction('fixes').objectStore('fixes').getAll() as IDBRequest<{ time: number; settledAtMs?: number }[]>;
          rows.onsuccess = () => {
            opening.result.close();
            resolve(rows.result.filter((row) => row.settledAtMs === undefined).map((row) => row.time));
          };
        };
      }),
    demo.driver,
  );
}

test('a permission that is not given is said in words, and the car stays off', limit, async () => {
  const { page, complaints } = await openDrive('', { permissions: [] });
  await page.getByRole('button', { name: 'Start driving' }).click();
  await page.getByRole('alert').getByText('Location is blocked').waitFor();
  assert.equal((await hookOf(page)).on, false);
  await assertAccessible(page, 'blocked');
  await leave(page);
  assert.deepEqual(complaints, []);
});

test('a tap on the map drives the simulated car there, along the streets', limit, async () => {
  const { page, complaints } = await openDrive('?simulate');
  await page.getByRole('button', { name: 'Start driving' }).click();
  await until(page, { taken: true, trip: true });
  const before = (await hookOf(page)).place!;
  await page.getByRole('button', { name: 'Let it drive there' }).click();
  await page.waitForFunction(({ lng, lat }) => {
    const place = (window as unknown as { __ridetracker: Hook }).__ridetracker.place!;
    return Math.hypot((place.lng - lng) * 79_400, (place.lat - lat) * 111_320) > 15;
  }, before);
  await leave(page);
  assert.deepEqual(complaints, []);
});

test('one car is not driven from two tabs', limit, async () => {
  const { page } = await openDrive();
  const second = await page.context().newPage();
  await second.goto(`${server.url}/drive/`);
  await second.getByRole('heading', { name: 'Already driving' }).waitFor();
  await leave(page);
});

test('a token that is not good is refused in words', limit, async () => {
  const claims = Buffer.from(JSON.stringify({ sub: demo.driver, role: 'driver' })).toString('base64url');
  const { page } = await openDrive(`#e30.${claims}.nothing`);
  await page.getByRole('button', { name: 'Start driving' }).click();
  await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
  await leave(page);
});

test("a rider's link makes nobody a car", limit, async () => {
  const watched = await openPage(browser, `${server.url}/drive/#${demo.driverTrip.token}`);
  await watched.page.getByRole('heading', { name: 'This page needs a driver’s link' }).waitFor();
  await leave(watched.page);
  assert.deepEqual(watched.complaints, []);
});

test('a browser that has no location says so', limit, async () => {
  const watched = await openPage(browser, `${server.url}/drive/`, {}, async (page) => {
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'geolocation', { get: () => undefined }));
  });
  await watched.page.getByRole('button', { name: 'Start driving' }).click();
  await watched.page.getByText('No location in this browser').waitFor();
  await leave(watched.page);
  assert.deepEqual(watched.complaints, []);
});

test('off duty the car is no longer shown: on a trip one stays', limit, async () => {
  const { page } = await openDrive();
  await page.getByRole('button', { name: 'Start driving' }).click();
  await until(page, { link: 'open', taken: true });
  await page.getByRole('button', { name: 'Go off duty' }).click();
  await page.getByText('You can go off duty once this trip is over.').waitFor();
  assert.equal((await hookOf(page)).on, true);
  await leave(page);
});

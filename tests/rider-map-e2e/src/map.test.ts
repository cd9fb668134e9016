import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launch, mapReady, missingBrowser, openPage, type Watched } from './browser.js';
import { directory, Driver, metersBetween, type Directory, type LngLat } from './demo.js';
import { missingServer, startServer, type Server } from './server.js';

const reason = missingBrowser() ?? missingServer();
const limit = { timeout: 120_000, skip: reason ?? false };
const strategies = ['sse', 'websocket', 'long-poll', 'poll'] as const;

interface Hook {
  readonly marker?: LngLat;
  readonly state?: { readonly cursor: string; readonly vehicle?: LngLat };
  readonly strategy: string;
  readonly phase: string;
  readonly shown: number;
  readonly vehicles: readonly { readonly id: string }[];
  readonly bbox?: readonly number[];
}

let server: Server;
let browser: Browser;
let demo: Directory;
let driver: Driver;

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

async function openRider(query = ''): Promise<Watched> {
  const watched = await openPage(browser, `${server.url}/t/${query}#${demo.driverTrip.token}`);
  await mapReady(watched.page);
  return watched;
}

function hookOf(page: Page): Promise<Hook> {
  return page.evaluate(() => {
    const { marker, state, strategy, phase, shown, vehicles, bbox } = (window as unknown as { __ridetracker: Hook }).__ridetracker;
    return JSON.parse(JSON.stringify({ marker, state, strategy, phase, shown, vehicles, bbox })) as Hook;
  });
}

/** Waits until the marker rests at the place, and says how far it is off, metres. */
async function markerAt(page: Page, place: LngLat): Promise<number> {
  await page.waitForFunction(
    ({ lng, lat }) => {
      const marker = (window as unknown as { __ridetracker: Hook }).__ridetracker.marker;
      const scale = 111_320 * Math.cos((lat * Math.PI) / 180);
      return marker && Math.hypot((marker.lng - lng) * scale, (marker.lat - lat) * 111_320) < 2;
    },
    place,
    { timeout: 15_000 },
  );
  const { marker } = await hookOf(page);
  assert.ok(marker);
  return metersBetween(marker, place);
}

async function close({ page, complaints }: Watched): Promise<void> {
  await page.context().close();
  assert.deepEqual(complaints, []);
}

for (const strategy of strategies) {
  test(`a fix posted over HTTP is where the marker stands, by ${strategy}`, limit, async () => {
    await driver.drive(12, 0);
    const watched = await openRider(`?via=${strategy}`);
    for (const [east, north] of [[15, 0], [15, 5], [0, 18]] as const) {
      const place = await driver.drive(east, north);
      assert.ok((await markerAt(watched.page, place)) < 2);
    }
    const hook = await hookOf(watched.page);
    assert.equal(hook.strategy, strategy);
    assert.equal(await watched.page.getAttribute('.strategy', 'data-strategy'), strategy);
    await close(watched);
  });
}

test('switching in the selector goes on with the same trip', limit, async () => {
  await driver.drive(12, 0);
  const watched = await openRider();
  const { page } = watched;
  await page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.state);
  assert.equal((await hookOf(page)).strategy, 'sse');
  for (const choice of ['poll', 'websocket', 'long-poll', 'sse', 'auto']) {
    await page.click('.strategy');
    await page.click(`.strategy-menu [data-strategy="${choice}"]`);
    const place = await driver.drive(10, -6);
    assert.ok((await markerAt(page, place)) < 2);
    assert.equal((await hookOf(page)).strategy, choice === 'auto' ? 'sse' : choice);
    assert.equal(await page.getAttribute(`.strategy-menu [data-strategy="${choice}"]`, 'aria-checked'), 'true');
  }
  await close(watched);
});

test('a trip of the fleet is drawn with its words, its way ahead and a moving car', limit, async () => {
  const trip = demo.trips[0];
  assert.ok(trip);
  const watched = await openPage(browser, `${server.url}/t/#${trip.token}`);
  const { page } = watched;
  await mapReady(page);
  const first = await page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.state?.cursor);
  const cursor = await first.jsonValue();
  await page.waitForFunction((old) => (window as unknown as { __ridetracker: Hook }).__ridetracker.state?.cursor !== old, cursor, { timeout: 20_000 });
  assert.match(await page.innerText('.pill'), /Live/);
  assert.match(await page.innerText('.words'), / is (on the way|here)|On the way to /);
  await close(watched);
});

test('the overview shows as many cars as the API has in its viewport', limit, async () => {
  const watched = await openPage(browser, `${server.url}/`);
  const { page } = watched;
  await mapReady(page);
  await page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.shown > 0, undefined, { timeout: 20_000 });
  const { bbox, shown, vehicles } = await hookOf(page);
  assert.ok(bbox);
  const response = await fetch(`${server.url}/v1/vehicles/live?bbox=${bbox.join(',')}`, {
    headers: { Authorization: `Bearer ${demo.dispatcherToken}` },
  });
  const answer = (await response.json()) as { vehicles: { id: string }[] };
  // Cars cross the edge between the two looks.
  const tolerance = Math.max(3, answer.vehicles.length * 0.05);
  assert.ok(Math.abs(shown - answer.vehicles.length) <= tolerance, `${shown} shown, ${answer.vehicles.length} answered`);
  assert.equal(shown, vehicles.length);
  await close(watched);
});

test('a trip in the list opens the rider’s view', limit, async () => {
  const watched = await openPage(browser, `${server.url}/`);
  const { page } = watched;
  await page.click('.row[data-trip]');
  await page.waitForURL(/\/t\/#/);
  await mapReady(page);
  await page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.state);
  await close(watched);
});

test('a link that is no token says so and asks the server for nothing of a trip', limit, async () => {
  const watched = await openPage(browser, `${server.url}/t/#nonsense`);
  const requests: string[] = [];
  watched.page.on('request', (request) => requests.push(request.url()));
  await watched.page.waitForSelector('body[data-phase="revoked"]');
  assert.match(await watched.page.innerText('.title'), /no longer works/);
  assert.deepEqual(requests.filter((url) => url.includes('/v1/trips/')), []);
  await close(watched);
});

test('without a demo the overview explains itself', limit, async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route('**/demo.json', (route) => route.fulfill({ status: 404 }));
  await page.goto(`${server.url}/`);
  await page.waitForSelector('.explain');
  assert.match(await page.innerText('.explain'), /dispatcher/);
  await context.close();
});

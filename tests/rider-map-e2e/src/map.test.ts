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

for (const strategy of strategies) {
  test(`the overview shows as many cars as the API has in its viewport, by ${strategy}`, limit, async () => {
    const watched = await openPage(browser, `${server.url}/?via=${strategy}`);
    const { page } = watched;
    await mapReady(page);
    await page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.shown > 0, undefined, {
      timeout: 20_000,
    });
    const hook = await hookOf(page);
    assert.ok(hook.bbox);
    const response = await fetch(`${server.url}/v1/vehicles/live?bbox=${hook.bbox.join(',')}`, {
      headers: { Authorization: `Bearer ${demo.dispatcherToken}` },
    });
    const { vehicles } = (await response.json()) as { vehicles: { id: string }[] };
    // Cars cross the edge between the two looks.
    const tolerance = Math.max(3, vehicles.length * 0.05);
    assert.ok(Math.abs(hook.shown - vehicles.length) <= tolerance, `${hook.shown} shown, ${vehicles.length} answered`);
    assert.equal(hook.shown, hook.vehicles.length);
    assert.equal(hook.strategy, strategy);
    // And they move.
    const before = JSON.stringify(hook.vehicles);
    await page.waitForFunction(
      (old) => JSON.stringify((window as unknown as { __ridetracker: Hook }).__ridetracker.vehicles) !== old,
      before,
      { timeout: 20_000 },
    );
    await close(watched);
  });
}

test('where SSE is blocked the page goes on by WebSocket, and where that is too, by long poll', limit, async () => {
  for (const blocked of ['sse', 'both'] as const) {
    await driver.drive(12, 0);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route('**/live', (route) =>
      route.request().headers()['accept'] === 'text/event-stream' ? route.abort() : route.continue(),
    );
    if (blocked === 'both') await page.routeWebSocket('**/live*', (socket) => void socket.close({ code: 1011 }));
    await page.goto(`${server.url}/t/#${demo.driverTrip.token}`);
    await mapReady(page);
    await page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.state, undefined, { timeout: 30_000 });
    const place = await driver.drive(10, 10);
    assert.ok((await markerAt(page, place)) < 2);
    assert.equal((await hookOf(page)).strategy, blocked === 'sse' ? 'websocket' : 'long-poll');
    await context.close();
  }
});

test('the camera yields to the hand until Recentre', limit, async () => {
  await driver.drive(12, 0);
  const watched = await openRider();
  const { page } = watched;
  await page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.marker);
  const pressed = (): Promise<string | null> => page.getAttribute('.recentre', 'aria-pressed');
  assert.equal(await pressed(), 'true');
  await page.mouse.move(900, 400);
  await page.mouse.down();
  await page.mouse.move(760, 330, { steps: 4 });
  await page.mouse.up();
  await page.waitForSelector('.recentre[aria-pressed="false"]');
  await page.click('.recentre');
  assert.equal(await pressed(), 'true');
  await page.keyboard.press('+');
  await page.waitForSelector('.recentre[aria-pressed="false"]');
  await page.keyboard.press('r');
  assert.equal(await pressed(), 'true');
  await close(watched);
});

test('both pages live under a strict content security policy', limit, async () => {
  const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'";
  for (const path of ['/', `/t/#${demo.driverTrip.token}`]) {
    const watched = await openPage(browser, server.url + path, {}, async (page) => {
      await page.route(/\/(t\/)?(#.*)?$/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
      });
    });
    await mapReady(watched.page);
    await watched.page.waitForFunction(() => {
      const hook = (window as unknown as { __ridetracker: Hook }).__ridetracker;
      return hook.marker ?? hook.shown > 0;
    });
    await close(watched);
  }
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

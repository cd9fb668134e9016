/** The rider's page in the browser: the car where the driver is by every strategy, camera and keyboard, languages, sizes. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { assertAccessible } from './axe.js';
import { launch, mapReady, missingBrowser, openPage, type Watched } from './browser.js';
import { directory, Driver, keepAwake, tripUnderWay, type Directory } from './demo.js';
import { close, hookOf, markerOnScreen, strategyIs } from './rider-page.js';
import { missingServer, startServer, type Server } from './server.js';

const reason = missingBrowser() ?? missingServer();
const limit = { timeout: 180_000, skip: reason ?? false };
const strategies = ['sse', 'websocket', 'long-poll', 'poll'] as const;
const failedLoads = /Failed to load resource|WebSocket connection to/;

let server: Server;
let browser: Browser;
let demo: Directory;
let driver: Driver;
let asleep: (() => void) | undefined;

before(async () => {
  if (reason) return;
  server = await startServer();
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
});

async function openRider(query = '', options: BrowserContextOptions = {}): Promise<Watched> {
  const watched = await openPage(browser, `${server.url}/t/${query}#${demo.driverTrip.token}`, options);
  await mapReady(watched.page);
  await watched.page.waitForSelector('.car-marker', { state: 'attached' });
  return watched;
}

for (const strategy of strategies) {
  test(`the car goes on the screen to where its driver reports, by ${strategy}`, limit, async () => {
    const watched = await openRider(`?via=${strategy}`);
    const { page } = watched;
    // The camera is to stand still, so that the car is what moves.
    await page.keyboard.press('-');
    await page.waitForSelector('.recentre[aria-pressed="false"]');
    const home = await driver.drive(0, 0);
    await markerOnScreen(page, home);
    const farEast = await driver.drive(60, 0);
    const east = await markerOnScreen(page, farEast, home);
    assert.ok(east.x > 3, JSON.stringify(east));
    const north = await markerOnScreen(page, await driver.drive(0, 60), farEast);
    assert.ok(north.y < -3, JSON.stringify(north));
    const hook = await hookOf(page);
    assert.equal(hook.strategy, strategy);
    assert.equal(await page.getAttribute('.strategy', 'data-strategy'), strategy);
    await close(watched);
  });
}

test('switching in the selector goes on with the same trip', limit, async () => {
  const watched = await openRider();
  const { page } = watched;
  await strategyIs(page, 'sse');
  for (const choice of ['poll', 'websocket', 'long-poll', 'sse', 'auto']) {
    await page.click('.strategy');
    await page.click(`.strategy-menu [data-strategy="${choice}"]`);
    await markerOnScreen(page, await driver.drive(10, -6));
    await strategyIs(page, choice === 'auto' ? 'sse' : choice);
  }
  await close(watched);
});

test('where SSE is blocked the page goes on by WebSocket, and where that is too, by long poll', limit, async () => {
  for (const blocked of ['sse', 'both'] as const) {
    const watched = await openPage(browser, `${server.url}/t/#${demo.driverTrip.token}`, {}, async (page) => {
      await page.route('**/live', (route) =>
        route.request().headers()['accept'] === 'text/event-stream' ? route.abort() : route.continue(),
      );
      if (blocked === 'both') await page.routeWebSocket('**/live*', (socket) => void socket.close({ code: 1011 }));
    });
    await mapReady(watched.page);
    await markerOnScreen(watched.page, await driver.drive(10, 10));
    // A plain answer may show the car before the way to go on by is found.
    await strategyIs(watched.page, blocked === 'sse' ? 'websocket' : 'long-poll');
    await close(watched, failedLoads);
  }
});

test('two tabs of one ride show the same place', limit, async () => {
  const context = await browser.newContext({ locale: 'en-GB' });
  const pages = [await context.newPage(), await context.newPage()];
  for (const page of pages) await page.goto(`${server.url}/t/#${demo.driverTrip.token}`);
  for (const page of pages) await mapReady(page);
  const place = await driver.drive(15, 15);
  for (const page of pages) {
    await page.bringToFront();
    await markerOnScreen(page, place);
  }
});

test('a trip of the fleet is drawn with its words and its way ahead', limit, async () => {
  const trip = await tripUnderWay(server.url);
  const watched = await openPage(browser, `${server.url}/t/#${trip.token}`);
  await mapReady(watched.page);
  await watched.page.waitForSelector('.plate', { state: 'visible' });
  await watched.page.waitForFunction(() => /^Live/.test(document.querySelector('.pill')?.textContent ?? ''));
  await watched.page.waitForFunction(() => (window as unknown as { __ridetracker: { marker?: unknown } }).__ridetracker.marker);
  const before = (await hookOf(watched.page)).marker;
  await watched.page.waitForFunction((old) => JSON.stringify((window as unknown as { __ridetracker: { marker?: unknown } }).__ridetracker.marker) !== JSON.stringify(old), before);
  await watched.page.waitForFunction(() => ((window as unknown as { __ridetracker: { firstPositionMs?: number } }).__ridetracker.firstPositionMs ?? 0) > 0);
  await close(watched);
});

test('the camera follows, yields to hand and key until Recentre, and the keyboard does all that the hand does', limit, async () => {
  const watched = await openRider();
  const { page } = watched;
  const following = (yes: boolean): Promise<unknown> => page.waitForSelector(`.recentre[aria-pressed="${yes}"]`);
  const frame = (): Promise<string> => page.evaluate(() => JSON.stringify((window as unknown as { __ridetracker: { project(at: object): object } }).__ridetracker.project({ lng: -30, lat: 44.5 })));
  await following(true);
  await page.mouse.move(900, 400);
  await page.mouse.down();
  await page.mouse.move(760, 330, { steps: 4 });
  await page.mouse.up();
  await following(false);
  await page.click('.recentre');
  await following(true);
  for (const key of ['ArrowLeft', 'ArrowUp', '+', '-']) {
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    const before = await frame();
    await page.keyboard.press(key);
    await following(false);
    await page.waitForFunction((old) => JSON.stringify((window as unknown as { __ridetracker: { project(at: object): object } }).__ridetracker.project({ lng: -30, lat: 44.5 })) !== old, before);
    await page.keyboard.press('r');
    await following(true);
  }
  // What can be reached by Tab, in the order of the design: sheet, recentre, zoom, map.
  await page.focus('.sheet');
  const order: string[] = [];
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press('Tab');
    order.push(await page.evaluate(() => {
      const focused = document.activeElement;
      return focused?.getAttribute('aria-label') ?? focused?.className ?? '';
    }));
  }
  assert.deepEqual(order, ['strategy', 'Recentre', 'Zoom in', 'Zoom out', 'Map']);
  await page.focus('.strategy');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.strategy-menu', { state: 'visible' });
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-strategy')), 'sse');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.strategy-menu', { state: 'hidden' });
  await close(watched);
});

/** What sticks out of the window to the side, and buttons that a thumb would miss. */
function faults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('.sheet *, .pill, .edge *')) {
      const { left, right, width, height } = element.getBoundingClientRect();
      if (width === 0) continue;
      if (left < -1 || right > innerWidth + 1) found.push(`${element.className || element.tagName} sticks out: ${left} to ${right}`);
      if (element instanceof HTMLButtonElement && (width < 44 || height < 44)) found.push(`${element.className} is ${width} × ${height}`);
    }
    const sheet = document.querySelector('.sheet')?.getBoundingClientRect();
    const free = sheet ? innerWidth * innerHeight - sheet.width * Math.min(sheet.height, innerHeight) : 0;
    if (free < innerWidth * innerHeight * 0.2) found.push(`hardly any map is left: ${free}`);
    return found;
  });
}

test('from 320 px to a phone on its side, with long names and twice the text, nothing sticks out and all can be hit', limit, async () => {
  const long = {
    driver: { name: 'Maximiliane-Alexandrina von Hohenstaufen', vehicle: 'Champagne metallic Mercedes-Benz Sprinter 519', plate: 'LONGPLATE-123 456' },
    pickup: { lat: 44.499, lng: -30.009, label: 'Corner of Saddler Street and Great Northern Avenue West' },
    dropoff: { lat: 44.499, lng: -30.005, label: 'Donaudampfschifffahrtsgesellschaftskapitänshafen' },
  };
  for (const [width, height] of [[320, 640], [390, 844], [740, 360], [820, 1180]] as const) {
    const watched = await openPage(browser, `${server.url}/t/?via=poll#${demo.driverTrip.token}`, { viewport: { width, height } }, async (page) => {
      await page.route('**/live', async (route) => {
        const response = await route.fetch();
        if (response.status() !== 200) return route.fulfill({ response });
        await route.fulfill({ status: 200, json: { ...((await response.json()) as object), ...long } });
      });
    });
    const { page } = watched;
    await mapReady(page);
    await page.waitForFunction(() => document.querySelector('.plate')?.textContent?.startsWith('LONG'));
    assert.deepEqual(await faults(page), [], `${width} × ${height}`);
    await page.evaluate(() => void (document.documentElement.style.fontSize = '200%'));
    assert.deepEqual(await faults(page), [], `${width} × ${height}, 200 %`);
    await assertAccessible(page, `${width} × ${height}, 200 %`);
    await close(watched);
  }
});

const words = {
  'de-DE': { lang: 'de', dir: 'ltr', sheet: /Robin ist unterwegs/, distance: /\d+(,\d)? (m|km)/ },
  'es-ES': { lang: 'es', dir: 'ltr', sheet: /Robin está en camino/, distance: /\d+(,\d)? (m|km)/ },
  'ar-EG': { lang: 'ar', dir: 'rtl', sheet: /Robin في الطريق إليك/, distance: /[٠-٩]/ },
} as const;

for (const [locale, expected] of Object.entries(words)) {
  test(`a reader of ${locale} gets the page in that language, its own side, and no other language's file`, limit, async () => {
    const files: string[] = [];
    const watched = await openPage(browser, `${server.url}/t/#${demo.driverTrip.token}`, { locale }, async (page) => {
      page.on('request', (request) => files.push(request.url()));
    });
    const { page } = watched;
    await mapReady(page);
    await page.waitForFunction((source) => new RegExp(source).test(document.querySelector('.status')?.textContent ?? ''), expected.sheet.source);
    await page.waitForFunction((source) => new RegExp(source).test(document.querySelector('.status-detail')?.textContent ?? ''), expected.distance.source);
    assert.equal(await page.evaluate(() => document.documentElement.lang), expected.lang);
    assert.equal(await page.evaluate(() => document.documentElement.dir), expected.dir);
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.map')!).direction), 'ltr');
    const sheet = await page.locator('.sheet').boundingBox();
    assert.ok(sheet && (expected.dir === 'rtl') === sheet.x > 640, JSON.stringify(sheet));
    const languages = files.map((url) => /\/(en|de|es|ar)-[^/]+\.js$/.exec(url)?.[1]).filter((lang) => lang !== undefined);
    assert.deepEqual(languages, [expected.lang]);
    await markerOnScreen(page, await driver.drive(8, 3));
    await assertAccessible(page, locale);
    await close(watched);
  });
}

test('?lang= has the last word', limit, async () => {
  const watched = await openPage(browser, `${server.url}/t/?lang=de#${demo.driverTrip.token}`);
  await watched.page.waitForSelector('html[lang="de"]');
  assert.equal(await watched.page.title(), 'Deine Fahrt · RideTracker');
  await close(watched);
});

test('with reduced motion the car is at its place at once and nothing pulses', limit, async () => {
  const watched = await openRider('', { reducedMotion: 'reduce' });
  await markerOnScreen(watched.page, await driver.drive(30, 0));
  assert.equal(await watched.page.evaluate(() => document.getAnimations().length), 0);
  await close(watched);
});

for (const look of [{ forcedColors: 'active' }, { contrast: 'more' }] as const) {
  test(`${JSON.stringify(look)} leaves all to be seen`, limit, async () => {
    const watched = await openRider('', look);
    await assertAccessible(watched.page, JSON.stringify(look));
    const bars = await watched.page.evaluate(() => [...document.querySelectorAll('.steps i')].map((bar) => getComputedStyle(bar).background));
    assert.notEqual(bars[0], bars[3]);
    await close(watched);
  });
}

test('a link that is no token says so and asks the server for nothing of a trip', limit, async () => {
  const requests: string[] = [];
  const watched = await openPage(browser, `${server.url}/t/#nonsense`, {}, async (page) => {
    page.on('request', (request) => requests.push(request.url()));
  });
  await watched.page.waitForSelector('body[data-phase="revoked"]');
  assert.match(await watched.page.innerText('.title'), /no longer works/);
  assert.deepEqual(requests.filter((url) => url.includes('/v1/trips/')), []);
  await close(watched);
});

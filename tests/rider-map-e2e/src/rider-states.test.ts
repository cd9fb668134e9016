/** Every state of the rider's page, reached as it is reached in life: by what dispatcher, driver and network do. */
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { assertAccessible } from './axe.js';
import { launch, mapReady, missingBrowser, openPage, type Watched } from './browser.js';
import { startWire } from './cut-proxy.js';
import { directory, keepAwake, type Directory } from './demo.js';
import { OwnRide } from './own-ride.js';
import { close, hookOf, markerOnScreen, phaseIs } from './rider-page.js';
import { missingServer, startServer, type Server } from './server.js';

const reason = missingBrowser() ?? missingServer();
const limit = { timeout: 180_000, skip: reason ?? false };
/** What a browser writes for each answer or connection that is not a good one. */
const failedLoads = /Failed to load resource|WebSocket connection to/;
const phone = { viewport: { width: 390, height: 844 } };

let server: Server;
let browser: Browser;
let demo: Directory;

before(async () => {
  if (reason) return;
  server = await startServer();
  browser = await launch();
  demo = await directory(server.url);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(t: TestContext, url: string, options: BrowserContextOptions, prepare?: (page: Page) => Promise<void>): Promise<Watched> {
  const watched = await openPage(browser, url, options, prepare);
  // Also when the test fails.
  t.after(() => watched.page.context().close());
  return watched;
}

/** The same ride on a phone in the light and on a desktop in the dark. */
async function openBoth(t: TestContext, token: string): Promise<readonly Watched[]> {
  return Promise.all([
    open(t, `${server.url}/t/#${token}`, { ...phone, colorScheme: 'light' }, listen),
    open(t, `${server.url}/t/#${token}`, { viewport: { width: 760, height: 560 }, colorScheme: 'dark' }, listen),
  ]);
}

async function allAre(pages: readonly Watched[], phase: string, words: RegExp): Promise<void> {
  for (const { page } of pages) {
    await phaseIs(page, phase);
    assert.match(await page.innerText('.sheet'), words);
    await assertAccessible(page, phase);
  }
}

/** Notes everything that a screen reader is told, from the beginning. */
async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const look = (): void => {
      const text = document.querySelector('[role="status"]')?.textContent ?? '';
      if (text && text !== heard[heard.length - 1]) heard.push(text);
    };
    new MutationObserver(look).observe(document, { childList: true, characterData: true, subtree: true });
  });
}

function heardBy({ page }: Watched): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { heard: string[] }).heard);
}

// Most of their time they wait: for a driver to be silent, for a token's end.
describe('the states of a ride', { concurrency: 2 }, () => {
  test('from the first look for a driver to the arrival, each step has its state, its words and nothing that axe finds', limit, async (t) => {
    const ride = await OwnRide.make(server.url, demo);
    const { token } = await ride.share();
    const pages = await openBoth(t, token);
    await allAre(pages, 'new', /Looking for a driver/);

    const driver = await ride.driver(-400);
    await ride.assign(driver);
    const place = await driver.drive(20, 0);
    t.after(keepAwake(driver));
    await allAre(pages, 'coming', /Maya is on the way/);
    for (const { page } of pages) {
      assert.match(await page.innerText('.driver'), /Maya\s+Blue Toyota Prius\s+8KTR 214/);
      await mapReady(page);
      await markerOnScreen(page, place);
    }

    await ride.arrive();
    await allAre(pages, 'here', /Maya is here\s+Meet at Ferry Building\. Check the plate\./);
    await ride.start();
    await allAre(pages, 'riding', /On the way to City Hall/);
    assert.equal(await pages[0]!.page.locator('.steps .done').count(), 2);
    await ride.complete();
    await allAre(pages, 'ended', /You have arrived\s+City Hall, \d\d:\d\d\. The car is no longer shown\./);
    for (const { page } of pages) {
      await page.waitForSelector('.car-marker', { state: 'detached' });
      assert.equal(await page.isVisible('.driver'), false);
    }
    const told = await heardBy(pages[0]!);
    assert.equal(told[0], 'Looking for a driver');
    assert.match(told[1] ?? '', /^Maya is on the way/);
    assert.deepEqual(told.slice(-1), ['You have arrived']);
    assert.ok(told.includes('Maya is here'));
    for (const watched of pages) await close(watched, failedLoads);
  });

  test('a trip behind another one is queued, and one that is cancelled says so', limit, async (t) => {
    const first = await OwnRide.make(server.url, demo);
    const driver = await first.driver(-500);
    await first.assign(driver);
    const second = await OwnRide.make(server.url, demo);
    const { token } = await second.share();
    await second.assign(driver);
    const pages = await openBoth(t, token);
    await allAre(pages, 'queued', /Maya is finishing a ride nearby/);
    for (const { page } of pages) assert.equal(await page.locator('.car-marker').count(), 0);
    await second.cancel();
    await allAre(pages, 'cancelled', /This trip was cancelled/);
    for (const watched of pages) await close(watched, failedLoads);
    await first.cancel();
  });

  test('a driver who has not reported yet is on the way, and the car comes into view with the first report', limit, async (t) => {
    const ride = await OwnRide.make(server.url, demo);
    const driver = await ride.silentDriver(-400);
    await ride.assign(driver);
    const pages = await openBoth(t, (await ride.share()).token);
    await allAre(pages, 'unseen', /Maya is on the way\s+You will see the car when it next reports/);
    for (const { page } of pages) assert.equal(await page.locator('.car-marker').count(), 0);
    const place = await driver.drive(0, 0);
    t.after(keepAwake(driver));
    await allAre(pages, 'coming', /Maya is on the way/);
    for (const { page } of pages) {
      await mapReady(page);
      await markerOnScreen(page, place);
    }
    for (const watched of pages) await close(watched, failedLoads);
  });

  test('a link that is taken back, and one that runs out, stop at once', limit, async (t) => {
    const ride = await OwnRide.make(server.url, demo);
    const [link, short] = [await ride.share(), await ride.share(15)];
    const [revoked, expired] = await Promise.all([openBoth(t, link.token), openBoth(t, short.token)]);
    await Promise.all(revoked.map(({ page }) => phaseIs(page, 'new')));
    await ride.revoke(link);
    await allAre(revoked, 'revoked', /This link no longer works/);
    await allAre(expired, 'revoked', /This link no longer works/);
    for (const { page } of [...revoked, ...expired]) assert.equal((await hookOf(page)).marker, undefined);
    for (const watched of [...revoked, ...expired]) await close(watched, failedLoads);
  });

  test('a token is renewed before it ends, and the ride goes on', limit, async (t) => {
    const response = await fetch(`${server.url}/v1/trips/${demo.driverTrip.id}/share`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${demo.dispatcherToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ ttl: 10 }),
    });
    const { token, expires } = (await response.json()) as { token: string; expires: number };
    const watched = await open(t, `${server.url}/t/#${token}`, {});
    await watched.page.waitForFunction((old) => location.hash !== `#${old}`, token);
    // The stream of the old token ends when it does; the page is on the trip after that too.
    await watched.page.waitForFunction((end) => Date.now() > end + 1500, expires);
    await watched.page.waitForSelector('.pill[data-tone="live"]');
    assert.notEqual((await hookOf(watched.page)).phase, 'revoked');
    await close(watched, failedLoads);
  });

  test('a silent driver turns grey, the streets where the car can be grow, and both are over with the next fix', limit, async (t) => {
    const ride = await OwnRide.make(server.url, demo);
    const driver = await ride.driver(-600);
    await ride.assign(driver);
    // So slow that the streets still grow when the second page is looked at.
    await driver.drive(6, 0, { heading: 90, speed: 6 });
    const pages = await openBoth(t, (await ride.share()).token);
    for (const { page } of pages) await mapReady(page);
    await allAre(pages, 'stale', /Maya’s phone has gone quiet\s+The amber streets show where the car can be by now/);
    for (const { page } of pages) {
      assert.match(await page.innerText('.pill'), /Last seen \d+ s ago/);
      await page.waitForSelector('.car-marker.stale', { state: 'attached' });
      await page.waitForFunction(() => (window as unknown as { __ridetracker: { reached: number } }).__ridetracker.reached > 0);
      const { reached } = await hookOf(page);
      await page.waitForFunction((before) => (window as unknown as { __ridetracker: { reached: number } }).__ridetracker.reached > before, reached);
    }
    const place = await driver.drive(30, 0);
    t.after(keepAwake(driver));
    for (const { page } of pages) {
      await phaseIs(page, 'coming');
      await markerOnScreen(page, place);
      await page.waitForFunction(() => (window as unknown as { __ridetracker: { reached: number } }).__ridetracker.reached === 0);
      await page.waitForSelector('.car-marker.stale', { state: 'detached' });
    }
    const told = await heardBy(pages[0]!);
    assert.match(told.join('; '), /Last seen \d+ seconds ago; Live again\. Maya is on the way/);
    for (const watched of pages) await close(watched);
  });

  test('a cut wire is reconnecting, then an error with a button, and the car is where it is once the wire is mended', limit, async (t) => {
    const wire = await startWire(server.url);
    t.after(() => wire.close());
    const ride = await OwnRide.make(server.url, demo);
    const driver = await ride.driver(-300);
    await ride.assign(driver);
    t.after(keepAwake(driver));
    const watched = await open(t, `${wire.url}/t/#${(await ride.share()).token}`, phone);
    const { page } = watched;
    await mapReady(page);
    await phaseIs(page, 'coming');
    wire.cut();
    await phaseIs(page, 'reconnecting');
    assert.match(await page.innerText('.sheet'), /Your connection dropped\s+You see the car as of \d\d:\d\d:\d\d\./);
    await page.waitForSelector('.car-marker.stale', { state: 'attached' });
    await assertAccessible(page, 'reconnecting');
    await phaseIs(page, 'error');
    assert.match(await page.innerText('.sheet'), /We can’t reach RideTracker\s+Your trip goes on\./);
    await assertAccessible(page, 'error');
    const place = await driver.drive(25, 5);
    wire.mend();
    // A try of the page's own may be the first to get through; then the button is gone.
    await Promise.race([page.click('.primary'), phaseIs(page, 'coming')]);
    await phaseIs(page, 'coming');
    await markerOnScreen(page, place);
    await close(watched, failedLoads);
  });

  test('offline is said at once, and the page catches up by itself', limit, async (t) => {
    const ride = await OwnRide.make(server.url, demo);
    const driver = await ride.driver(-300);
    await ride.assign(driver);
    t.after(keepAwake(driver));
    const pages = await openBoth(t, (await ride.share()).token);
    for (const { page } of pages) {
      await mapReady(page);
      await phaseIs(page, 'coming');
      await page.context().setOffline(true);
    }
    await allAre(pages, 'offline', /You are offline\s+Last update \d\d:\d\d\. We catch up by ourselves when you are back\./);
    const place = await driver.drive(20, 10);
    for (const { page } of pages) {
      await page.context().setOffline(false);
      await phaseIs(page, 'coming');
      await markerOnScreen(page, place);
    }
    for (const watched of pages) await close(watched, failedLoads);
  });

  test('before the first answer there is a skeleton, and no word of a trip', limit, async (t) => {
    const watched = await open(t, `${server.url}/t/#${demo.driverTrip.token}`, phone, async (page) => {
      await page.route('**/live', () => {});
    });
    // Before all else: after a while without an answer it is an error.
    await phaseIs(watched.page, 'loading');
    assert.match(await watched.page.innerText('.pill'), /Connecting…/);
    assert.equal(await watched.page.isVisible('.skeleton'), true);
    await assertAccessible(watched.page, 'loading');
    await mapReady(watched.page);
    await close(watched);
  });
});

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { assertAccessibleInBoth } from './axe.js';
import { launch, leave, missingBrowser, openPage, type Watched } from './browser.js';
import { startWire } from './cut-proxy.js';
import { directory, metersBetween, type Directory, type LngLat } from './demo.js';
import { api, deskReady, hookOf, newTrip, report, type DispatchHook, type TripRecord } from './dispatch-page.js';
import { missingServer, startServer, type Server } from './server.js';

const reason = missingBrowser() ?? missingServer();
const limit = { timeout: 180_000, skip: reason ?? false };

type Hooked = Window & { readonly __ridetracker: DispatchHook };

let server: Server;
let browser: Browser;
let demo: Directory;
let middle: LngLat;
/** A car of our own: it idles where we put it. */
const driver = 'test-car';
let driverToken: string;

before(async () => {
  if (reason) return;
  server = await startServer();
  browser = await launch();
  demo = await directory(server.url);
  const config = (await (await fetch(`${server.url}/map/config.json`)).json()) as { center: [number, number] };
  middle = { lng: config.center[0], lat: config.center[1] };
  await api(server.url, demo.dispatcherToken, `/v1/drivers/${driver}`, 'PUT', { name: 'Wilhelmina', vehicle: 'Green test car', plate: 'TE 57 CAR' });
  ({ token: driverToken } = await api<{ token: string }>(server.url, demo.dispatcherToken, '/v1/tokens', 'POST', { role: 'driver', sub: driver, ttl: 3600 }));
});

// A page that a failed test left open would go on drawing.
afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function openDesk(options: BrowserContextOptions = {}, path = '/dispatch/'): Promise<Watched> {
  const watched = await openPage(browser, server.url + path, { viewport: { width: 1280, height: 800 }, ...options });
  await deskReady(watched.page);
  return watched;
}

async function close({ page, complaints }: Watched, allowed = /^$/): Promise<void> {
  await leave(page);
  assert.deepEqual(complaints.filter((complaint) => !allowed.test(complaint)), []);
}

/** Reports our car where it stands, and waits until the page shows it there. */
async function parkDriver(page: Page): Promise<void> {
  await report(server.url, driver, driverToken, middle, [[0, 0]]);
  await page.waitForFunction(
    ({ id, lng, lat }) => {
      const at = (window as unknown as Hooked).__ridetracker.placeOf(id);
      return at !== undefined && Math.abs(at.lng - lng) < 1e-5 && Math.abs(at.lat - lat) < 1e-5;
    },
    { id: driver, ...middle },
  );
}

/** Waits until there is an element of these with such a text: what it says is drawn once a second. */
async function says(page: Page, selector: string, words: RegExp): Promise<void> {
  await page.waitForFunction(([wanted, source]) => [...document.querySelectorAll<HTMLElement>(wanted)].some((one) => new RegExp(source).test(one.innerText)), [selector, words.source] as const);
}

async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('/');
  await page.keyboard.type(text);
}

test('the demo opens the desk: every car, its names, and how the nodes do', limit, async () => {
  const watched = await openDesk();
  const { page } = watched;
  // Groups are made a moment after the cars are there.
  await page.waitForFunction(() => (window as unknown as Hooked).__ridetracker.shown >= 50 && (window as unknown as Hooked).__ridetracker.single > 0);
  const { shown, single, groups } = await hookOf(page);
  assert.ok(shown >= 50, `${shown} cars`);
  assert.ok(single <= shown && groups >= 0, `${single} of ${shown} by themselves, ${groups} groups`);
  await says(page, '.d-head .pill', /Live/);
  await says(page, '.d-row.row-car', /MB \d+/);
  const counts = await page.$$eval('.d-filters span', (spans) => spans.map((span) => Number(span.textContent)));
  assert.equal(counts[0], counts[1]! + counts[2]! + counts[3]!);
  await says(page, '.d-health:not([hidden])', /1 node[\s\S]*fixes\/s/);
  await assertAccessibleInBoth(page, 'the desk');
  await close(watched);
});

test('cars move between their fixes', limit, async () => {
  const watched = await openDesk();
  const moved = await watched.page.waitForFunction(() => {
    const hook = (window as unknown as Hooked).__ridetracker;
    const store = window as unknown as { before?: Record<string, number> };
    const places = Object.fromEntries(hook.ids.map((id) => [id, hook.placeOf(id)?.lng ?? 0]));
    const before = (store.before ??= places);
    return hook.ids.filter((id) => before[id] !== undefined && before[id] !== places[id]).length > 5;
  });
  assert.ok(moved);
  await close(watched);
});

test('a token in the address is taken out of it and kept for the tab', limit, async () => {
  const watched = await openPage(browser, `${server.url}/dispatch/#${demo.dispatcherToken}`);
  const { page } = watched;
  await deskReady(page);
  assert.equal(page.url(), `${server.url}/dispatch/`);
  await page.goto('about:blank');
  await page.goto(`${server.url}/dispatch/`);
  await deskReady(page);
  await page.goBack();
  assert.ok(!page.url().includes(demo.dispatcherToken));
  await close(watched, /about:blank|request to $/);
});

const unsigned = (claims: Record<string, unknown>): string => ['{"alg":"HS256"}', JSON.stringify(claims), 'signature'].map((part) => Buffer.from(part).toString('base64url')).join('.');

test('a token that is not good is refused in words, and a good one opens the desk', limit, async () => {
  const watched = await openPage(browser, `${server.url}/dispatch/#nonsense`);
  const { page } = watched;
  const paste = async (token: string, words: RegExp): Promise<void> => {
    await page.fill('#d-token', token);
    await page.keyboard.press('Enter');
    await page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector('#d-token-error')?.textContent ?? ''), words.source);
  };
  await page.waitForFunction(() => /not a token/.test(document.querySelector('#d-token-error')?.textContent ?? ''));
  await assertAccessibleInBoth(page, 'the sign-in');
  await paste('one two', /not a token/);
  await paste(demo.driverTrip.token, /rider’s token/);
  await paste(unsigned({ sub: 'x', role: 'dispatcher', exp: Math.floor(Date.now() / 1000) - 300 }), /ran out at/);
  await paste(unsigned({ sub: 'x', role: 'dispatcher', exp: Math.floor(Date.now() / 1000) + 300 }), /does not accept this token/);
  await page.fill('#d-token', demo.dispatcherToken);
  await page.keyboard.press('Enter');
  await deskReady(page);
  assert.equal(await page.isVisible('.d-sign-in'), false);
  // The refused token's 401 is the browser's own line in the console.
  await close(watched, /401/);
});

test('by keyboard alone: search a plate, choose the car, follow it, and leave it', limit, async () => {
  const watched = await openDesk();
  const { page } = watched;
  await parkDriver(page);
  await search(page, 'te57');
  await page.waitForFunction(() => document.querySelectorAll('.d-row.row-car:not([hidden])').length === 1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await says(page, '.d-detail:not([hidden])', /TE 57 CAR[\s\S]*Wilhelmina[\s\S]*Green test car/);
  assert.equal((await hookOf(page)).chosen, driver);
  await page.waitForSelector('.d-row.row-car[aria-selected="true"]:not([hidden])');
  await assertAccessibleInBoth(page, 'a car that is chosen');
  await page.focus('.d-detail .d-button.strong');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => (window as unknown as Hooked).__ridetracker.following);
  await page.keyboard.press('Escape');
  await page.waitForSelector('.d-detail', { state: 'hidden' });
  await search(page, 'no such plate anywhere');
  await says(page, '.d-empty:not([hidden])', /Nothing found/);
  await close(watched);
});

test('filters leave only their kind in the list', limit, async () => {
  const watched = await openDesk();
  const { page } = watched;
  await page.click('[data-kind="busy"]');
  await page.waitForFunction(() => document.querySelectorAll('.d-row.row-car:not([hidden]) .d-mark.idle').length === 0 && document.querySelectorAll('.d-row.row-car:not([hidden]) .d-mark.busy').length > 3);
  await page.click('[data-kind="stale"]');
  await page.waitForFunction(() => /No stale car/.test(document.querySelector<HTMLElement>('.d-empty:not([hidden])')?.innerText ?? '') || document.querySelector('.d-row.row-car:not([hidden]) .d-mark.stale'));
  await close(watched);
});

test('a click on a mark chooses that car', limit, async () => {
  const watched = await openDesk();
  const { page } = watched;
  // One that stands alone: no other lies under the pointer.
  const chosen = (): Promise<string | undefined> => page.evaluate(() => (window as unknown as Hooked).__ridetracker.chosen);
  for (const endMs = Date.now() + 60_000; ; ) {
    const alone = await page.waitForFunction(() => {
      const hook = (window as unknown as Hooked).__ridetracker;
      const all = hook.ids.map((id) => ({ id, ...hook.placeOf(id)! }));
      const isFree = ({ x, y }: { x: number; y: number }): boolean => x > 450 && x < 1100 && y > 150 && y < 700;
      return all.find((one) => isFree(one) && !one.grouped && all.every((other) => other === one || Math.hypot(other.x - one.x, other.y - one.y) > 60));
    });
    const { id, x, y } = (await alone.jsonValue())!;
    await page.mouse.click(x, y);
    // A page that is slow to take the click may find the car gone from there: nothing is chosen then, and never another car.
    for (let looks = 0; looks < 20 && (await chosen()) === undefined; looks++) await page.waitForTimeout(100);
    if ((await chosen()) !== undefined) {
      assert.equal(await chosen(), id);
      break;
    }
    assert.ok(Date.now() < endMs, 'no click on a mark chose its car');
  }
  await page.waitForSelector('.d-detail', { state: 'visible' });
  await close(watched);
});

test('a car that fell silent turns amber and stands first among those that need a look', limit, async () => {
  const watched = await openDesk();
  const { page } = watched;
  await parkDriver(page);
  const row = `.d-row.row-car[data-id="${driver}"]:not([hidden])`;
  await page.waitForSelector(`${row}[data-tone="warn"]`, { timeout: 120_000 });
  assert.match(await page.innerText(row), /Last seen \d+ (s|min)/);
  assert.equal(await page.isVisible(`${row} .d-mark.stale`), true);
  assert.match(await page.innerText('.d-row.row-heading >> nth=0'), /Need a look/);
  await close(watched);
});

test('a waiting trip is given to the nearest idle car, and cancelled after asking', limit, async (t) => {
  const watched = await openDesk();
  const { page } = watched;
  await parkDriver(page);
  // A car that is silent for 10 s is not offered.
  const parked = setInterval(() => void report(server.url, driver, driverToken, middle, [[0, 0]]).catch(() => {}), 2000);
  t.after(() => clearInterval(parked));
  const trip = await newTrip(server.url, demo.dispatcherToken, middle, 'Test Square');
  await page.click(`.d-row.row-trip[data-id="${trip.id}"]`);
  await says(page, '.d-detail:not([hidden])', /Waiting for a driver[\s\S]*Test Square[\s\S]*North Gate/);
  await page.click('text=Assign a driver');
  await page.waitForSelector('.d-options button');
  const ends = await page.$$eval('.d-options .end', (all) => all.map((one) => one.textContent ?? ''));
  assert.ok(ends.length > 0 && ends.every((end) => /\d/.test(end)));
  const nearest = await page.getAttribute('.d-options button >> nth=0', 'data-id');
  assert.equal(nearest, driver);
  // The list scrolls by itself: the card does not, and the way out of it stays in sight.
  const card = await page.$eval('.d-detail', (element) => ({ full: element.scrollHeight, seen: element.clientHeight, bottom: element.getBoundingClientRect().bottom }));
  assert.equal(card.full, card.seen);
  const out = (await page.locator('text=Not now').boundingBox())!;
  assert.ok(out.y + out.height < card.bottom && card.bottom < 800, `${out.y}, ${card.bottom}`);
  for (const option of await page.locator('.d-options button').all()) {
    await option.scrollIntoViewIfNeeded();
    const { y, height } = (await option.boundingBox())!;
    assert.ok(y + height <= out.y, `${y + height} of ${out.y}`);
  }
  await assertAccessibleInBoth(page, 'the choice of a driver');
  await page.click('.d-options button >> nth=0');
  await page.waitForFunction((id) => (window as unknown as Hooked).__ridetracker.chosen === id, driver);
  const assigned = await api<TripRecord>(server.url, demo.dispatcherToken, `/v1/trips/${trip.id}`);
  assert.equal(assigned.driver, driver);
  await page.click('text=Cancel trip');
  assert.equal((await api<TripRecord>(server.url, demo.dispatcherToken, `/v1/trips/${trip.id}`)).status, assigned.status);
  await page.click('text=Keep it');
  await page.click('text=Cancel trip');
  await page.click('text=Yes, cancel it');
  await page.waitForFunction(() => !document.querySelector('.d-stops:not([hidden])'));
  assert.equal((await api<TripRecord>(server.url, demo.dispatcherToken, `/v1/trips/${trip.id}`)).status, 'canceled');
  await close(watched);
});

test('what somebody else did meanwhile is said in words, not undone', limit, async () => {
  // The page hears no events here: it still believes what it read.
  const watched = await openPage(browser, `${server.url}/dispatch/`, {}, async (page) => void (await page.route('**/v1/events', () => {})));
  const { page } = watched;
  await deskReady(page);
  const trip = await newTrip(server.url, demo.dispatcherToken, middle, 'Other Square');
  await page.reload();
  await deskReady(page);
  await parkDriver(page);
  await page.click(`.d-row.row-trip[data-id="${trip.id}"]`);
  await api(server.url, demo.dispatcherToken, `/v1/trips/${trip.id}/cancel`, 'POST');
  await page.click('text=Assign a driver');
  await page.click('.d-options button >> nth=0');
  // The trip is over: its details close, and the row is gone.
  await page.waitForSelector('.d-detail', { state: 'hidden' });
  await page.waitForSelector(`.d-row.row-trip[data-id="${trip.id}"]`, { state: 'hidden' });
  await says(page, '.d-notice', /cancelled already/);
  await close(watched, /409/);
});

test('the trail shows the car where it was', limit, async () => {
  // A car with nothing else in its history, so that the page has all of it.
  const trailed = 'trail-car';
  await api(server.url, demo.dispatcherToken, `/v1/drivers/${trailed}`, 'PUT', { name: 'Tilda', vehicle: 'White trail car', plate: 'TR 4 CAR' });
  const { token } = await api<{ token: string }>(server.url, demo.dispatcherToken, '/v1/tokens', 'POST', { role: 'driver', sub: trailed, ttl: 3600 });
  const watched = await openDesk();
  const { page } = watched;
  const steps = [[90, 0], [75, 0.001], [60, 0.002], [45, 0.003], [30, 0.004], [15, 0.003], [0, 0.002]] as const;
  await report(server.url, trailed, token, middle, steps);
  await search(page, 'tr4car');
  await page.waitForFunction(() => document.querySelectorAll('.d-row.row-car:not([hidden])').length === 1);
  await page.keyboard.press('Enter');
  await page.waitForFunction((count) => (window as unknown as Hooked).__ridetracker.trail === count, steps.length);
  await page.focus('.d-trail input');
  const beforeMs = Date.now();
  for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowLeft');
  const { marker, moment } = await hookOf(page);
  assert.ok(marker && moment && moment > beforeMs - 68_000 && moment < Date.now() - 52_000, `${moment}, from ${beforeMs}`);
  const trail = await api<{ features: { geometry: { coordinates: number[][] }; properties: { coordTimes: number[] } }[] }>(server.url, demo.dispatcherToken, `/v1/drivers/${trailed}/trail?from=${moment - 300_000}`);
  const fixes = trail.features.flatMap(({ geometry, properties }) => geometry.coordinates.map(([lng, lat], i) => ({ lng: lng!, lat: lat!, time: properties.coordTimes[i]! })));
  const next = fixes.findIndex(({ time }) => time > moment);
  assert.ok(next > 0, `${moment} lies within the trail`);
  const [a, b] = [fixes[next - 1]!, fixes[next]!];
  const share = (moment - a.time) / (b.time - a.time);
  assert.ok(metersBetween(marker, { lng: a.lng + (b.lng - a.lng) * share, lat: a.lat + (b.lat - a.lat) * share }) < 3);
  await page.click('.d-play');
  await page.waitForFunction((before) => ((window as unknown as Hooked).__ridetracker.moment ?? Infinity) > before + 1000, moment);
  await page.waitForFunction(() => (window as unknown as Hooked).__ridetracker.moment === undefined);
  await says(page, '.d-clock', /now/);
  await close(watched);
});

test('a zone is drawn, counts its cars, tells who comes, and is deleted after asking', limit, async () => {
  const watched = await openDesk();
  const { page } = watched;
  await page.click('button[aria-label="Zones"]');
  await page.click('text=Draw a zone');
  const { view } = await hookOf(page);
  const corners = ([[-1, -1], [1, -1], [1, 1], [-1, 1]] as const).map(([east, north]) => ({ lng: view.lng + east * 0.004, lat: view.lat + north * 0.003 }));
  const clickOn = async (place: LngLat): Promise<void> => {
    const pixel = await page.evaluate((at) => (window as unknown as Hooked).__ridetracker.pixelOf(at), place);
    await page.mouse.click(pixel!.x, pixel!.y);
  };
  for (const corner of corners) await clickOn(corner);
  await page.waitForFunction(() => (window as unknown as Hooked).__ridetracker.corners === 4);
  await page.click('text=Undo');
  await page.waitForFunction(() => (window as unknown as Hooked).__ridetracker.corners === 3);
  await clickOn(corners[3]!);
  await clickOn(corners[0]!);
  await page.waitForSelector('#d-zone-name');
  await page.fill('#d-zone-name', 'Test Zone');
  await assertAccessibleInBoth(page, 'the form of a zone');
  await page.click('text=Save');
  await page.waitForSelector('.d-zone-row');
  const { items } = await api<{ items: { id: string; properties: { name: string }; geometry: { coordinates: number[][][] } }[] }>(server.url, demo.dispatcherToken, '/v1/geofences?geometry=true');
  assert.deepEqual(items.map(({ id, properties }) => [id, properties.name]), [['test-zone', 'Test Zone']]);
  assert.equal(items[0]!.geometry.coordinates[0]!.length, 5);
  for (const [i, corner] of corners.entries()) assert.ok(metersBetween(corner, { lng: items[0]!.geometry.coordinates[0]![i]![0]!, lat: items[0]!.geometry.coordinates[0]![i]![1]! }) < 30);
  await page.waitForFunction(() => /[1-9]\d* cars?/.test(document.querySelector('.d-zone-label')?.textContent ?? ''));
  // Which fix is the first that Records looks at with the new zone can't be seen from here: the car goes on reporting.
  const told = (): Promise<boolean> => page.$$eval('.d-zone-news li', (items) => items.some((item) => /TE 57 CAR came into Test Zone/.test(item.textContent ?? '')));
  for (const endMs = Date.now() + 90_000; !(await told()); await page.waitForTimeout(1000)) {
    assert.ok(Date.now() < endMs, 'nobody was told that the car came into the zone');
    await report(server.url, driver, driverToken, middle, [[0, 0]]);
  }
  await assertAccessibleInBoth(page, 'the zones');
  await page.click('[aria-label="Delete Test Zone"]');
  await page.click('text=Keep');
  await page.click('[aria-label="Delete Test Zone"]');
  await page.click('.d-ask >> text=Delete >> nth=-1');
  await page.waitForSelector('.d-zone-row', { state: 'detached' });
  // The question stood in the row's place: what is not listed may not be deleted yet.
  const zonesLeft = async (): Promise<number> => (await api<{ items: unknown[] }>(server.url, demo.dispatcherToken, '/v1/geofences')).items.length;
  for (const endMs = Date.now() + 30_000; (await zonesLeft()) > 0; await page.waitForTimeout(100)) assert.ok(Date.now() < endMs, 'the zone is not deleted');
  assert.equal(await page.locator('.d-zone-row').count(), 0);
  await close(watched);
});

test('Esc leaves a drawing and keeps nothing of it; without a mouse corners are set in the middle', limit, async () => {
  const watched = await openDesk();
  const { page } = watched;
  await page.click('button[aria-label="Zones"]');
  await page.click('text=Draw a zone');
  await page.focus('text=Corner in the middle');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => (window as unknown as Hooked).__ridetracker.corners === 1);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => (window as unknown as Hooked).__ridetracker.corners === 0);
  await page.waitForSelector('.d-pen', { state: 'hidden' });
  await page.keyboard.press('Escape');
  await page.waitForSelector('.d-zones', { state: 'hidden' });
  await close(watched);
});

for (const [width, height] of [[320, 568], [390, 844], [820, 1180], [1600, 1000]] as const) {
  test(`nothing is cut off at ${width} pixels`, limit, async () => {
    const watched = await openDesk({ viewport: { width, height } });
    const { page } = watched;
    if (width >= 720 && width < 1024) {
      assert.equal(await page.isVisible('.d-panel'), false);
      await page.click('.d-opener');
      await page.waitForSelector('.d-panel', { state: 'visible' });
    }
    await page.click('.d-row.row-car >> nth=1');
    await page.waitForSelector('.d-detail:not([hidden])');
    const wide = await page.evaluate(() => [...document.querySelectorAll<HTMLElement>('.d-panel *, .d-detail *, .d-trail *, .d-health *')].filter((element) => element.offsetParent && !element.closest('.d-filters') && element.getBoundingClientRect().right > innerWidth + 1).map((element) => element.className));
    assert.deepEqual(wide, []);
    await assertAccessibleInBoth(page, `${width} pixels`);
    await close(watched);
  });
}

test('a connection that drops is said, and comes back by itself', limit, async () => {
  const wire = await startWire(server.url);
  try {
    const watched = await openPage(browser, `${wire.url}/dispatch/`);
    const { page } = watched;
    await deskReady(page);
    wire.cut();
    await page.waitForFunction(() => /Reconnecting/.test(document.querySelector('.d-head .pill')?.textContent ?? ''));
    await page.waitForFunction(() => /dropped/.test(document.querySelector('.d-notice')?.textContent ?? ''));
    wire.mend();
    await page.waitForFunction(() => /Live/.test(document.querySelector('.d-head .pill')?.textContent ?? ''));
    await page.waitForSelector('.d-notice', { state: 'hidden' });
    await close(watched, /net::ERR_|WebSocket connection to/);
  } finally {
    await wire.close();
  }
});

test('without Records the cars still move, under their ids, and names come once it is back', limit, async () => {
  const away = /\/v1\/(drivers|trips)\?/;
  const watched = await openPage(browser, `${server.url}/dispatch/`, {}, async (page) => {
    await page.route(away, (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"type":"/problems/database-unavailable"}' }));
  });
  const { page } = watched;
  await page.waitForFunction(() => /Records can’t be reached/.test(document.querySelector('.d-notice')?.textContent ?? ''));
  // Any row: the first may be the driver by hand, whom an earlier test left silent.
  const rowsHave = (pattern: string): Promise<unknown> =>
    page.waitForFunction((source) => [...document.querySelectorAll<HTMLElement>('.d-row.row-car:not([hidden])')].some((row) => new RegExp(source).test(row.innerText)), pattern);
  await rowsHave('^car-\\d+');
  await page.unroute(away);
  await rowsHave('^(MB|TE) \\d+');
  await page.waitForSelector('.d-notice', { state: 'hidden' });
  await close(watched, /503/);
});

/** The border of a zone that is there already: its corners moved, added and removed, by mouse, touch and keyboard. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { assertAccessibleInBoth } from './axe.js';
import { launch, leave, missingBrowser, openPage, type Watched } from './browser.js';
import { directory, metersBetween, moved, type LngLat } from './demo.js';
import { api, deskReady, hookOf } from './dispatch-page.js';
import { missingServer, startServer, type Server } from './server.js';

type Ring = readonly (readonly [lng: number, lat: number])[];

interface ZoneFeature {
  readonly properties: { readonly name: string; readonly dwellSeconds?: number };
  readonly geometry: { readonly type: 'Polygon'; readonly coordinates: Ring[] } | { readonly type: 'MultiPolygon'; readonly coordinates: Ring[][] };
}

const reason = missingBrowser() ?? missingServer();
const limit = { timeout: 180_000, skip: reason ?? false };
const id = 'market';

let server: Server;
let browser: Browser;
let token: string;
let middle: LngLat;

before(async () => {
  if (reason) return;
  server = await startServer();
  browser = await launch();
  token = (await directory(server.url)).dispatcherToken;
  const config = (await (await fetch(`${server.url}/map/config.json`)).json()) as { center: [number, number] };
  middle = { lng: config.center[0], lat: config.center[1] };
});

// A page that a failed test left open would go on drawing.
afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A closed ring of corners that lie so many metres east and north of the middle of the town. */
function ring(...corners: readonly (readonly [east: number, north: number])[]): Ring {
  const places = corners.map(([east, north]) => moved(middle, east, north)).map(({ lng, lat }) => [round(lng), round(lat)] as const);
  return [...places, places[0]!];
}

const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;
const square = (): Ring => ring([-300, -200], [300, -200], [300, 200], [-300, 200]);

function putZone(geometry: ZoneFeature['geometry'], name = 'Market'): Promise<ZoneFeature> {
  return api(server.url, token, `/v1/geofences/${id}`, 'PUT', { type: 'Feature', properties: { name, dwellSeconds: 600 }, geometry });
}

const readZone = (): Promise<ZoneFeature> => api(server.url, token, `/v1/geofences/${id}`);

/** Lays the zone, and opens the form of it. */
async function openForm(geometry: ZoneFeature['geometry'], options: BrowserContextOptions = {}): Promise<Watched> {
  await putZone(geometry);
  const watched = await openPage(browser, `${server.url}/dispatch/`, { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options });
  await deskReady(watched.page);
  await watched.page.click('button[aria-label="Zones"]');
  await watched.page.click('[aria-label="Change Market"]');
  await watched.page.waitForSelector('#d-zone-name');
  return watched;
}

async function openCorners(geometry: ZoneFeature['geometry'], options: BrowserContextOptions = {}): Promise<Watched> {
  const watched = await openForm(geometry, options);
  await watched.page.click('text=Edit shape');
  await watched.page.waitForSelector('.d-corner');
  return watched;
}

async function close({ page, complaints }: Watched, allowed = /^$/): Promise<void> {
  await leave(page);
  assert.deepEqual(complaints.filter((complaint) => !allowed.test(complaint)), []);
}

const corner = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });

async function centerOf(handle: Locator): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await handle.boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

async function drag(page: Page, handle: Locator, east: number, south: number): Promise<void> {
  const { x, y } = await centerOf(handle);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + east / 2, y + south / 2);
  await page.mouse.move(x + east, y + south);
  await page.mouse.up();
}

const hasCorners = (page: Page, count: number): Promise<unknown> =>
  page.waitForFunction((wanted) => document.querySelectorAll('.d-corner:not(.middle)').length === wanted, count);

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForSelector('.d-zone-form', { state: 'hidden' });
}

const shapeOf = ({ geometry }: ZoneFeature): Ring => (geometry.type === 'Polygon' ? geometry.coordinates[0]! : geometry.coordinates[0]![0]!);

/** How many metres lie on the map between two pixels that are a hundred apart. */
async function metersOf100Pixels(page: Page): Promise<number> {
  const { view } = await hookOf(page);
  return metersBetween(view, { ...view, lng: view.lng + (100 * 360) / (512 * 2 ** view.zoom) });
}

test('corners are dragged, added between two and removed, and what is saved is what the map showed', limit, async () => {
  const watched = await openCorners({ type: 'Polygon', coordinates: [square()] });
  const { page } = watched;
  await hasCorners(page, 4);
  for (const handle of await page.locator('.d-corner:visible').all()) {
    const { width, height } = (await handle.boundingBox())!;
    assert.ok(width >= 44 && height >= 44, `${width} by ${height}`);
  }
  await assertAccessibleInBoth(page, 'corners to be moved');
  const meters = await metersOf100Pixels(page);
  const before = shapeOf(await readZone());
  await drag(page, corner(page, 'Corner 3 of 4'), 60, -40);
  await drag(page, corner(page, 'New corner after corner 1 of 4'), 0, 100);
  await hasCorners(page, 5);
  await corner(page, 'Corner 5 of 5').click();
  await page.click('text=Remove corner');
  await hasCorners(page, 4);
  // Not yet the server's.
  assert.deepEqual(shapeOf(await readZone()), before);
  await save(page);
  const saved = await readZone();
  assert.deepEqual(saved.properties, { name: 'Market', dwellSeconds: 600 });
  const [first, added, second, third, again] = shapeOf(saved);
  assert.equal(shapeOf(saved).length, 5);
  assert.deepEqual([first, second, again], [before[0], before[1], before[0]]);
  const place = ([lng, lat]: Ring[number]): LngLat => ({ lng, lat });
  assert.ok(metersBetween(moved(place(before[2]!), 0.6 * meters, 0.4 * meters), place(third!)) < 3, 'the corner is where it was dragged to');
  assert.ok(metersBetween(moved(middle, 0, -200 - meters), place(added!)) < 3, 'the new corner is where it was dragged to');
  assert.equal(await page.locator('.d-corner').count(), 0);
  await close(watched);
});

test('by keyboard alone: arrows move a corner, Enter adds one, Delete removes one, and undo takes it back', limit, async () => {
  const watched = await openForm({ type: 'Polygon', coordinates: [square()] });
  const { page } = watched;
  const meters = await metersOf100Pixels(page);
  await page.focus('text=Edit shape');
  await page.keyboard.press('Enter');
  await hasCorners(page, 4);
  const focused = (name: string): Promise<unknown> => page.waitForFunction((wanted) => document.activeElement?.getAttribute('aria-label') === wanted, name);
  await focused('Corner 1 of 4');
  const { view } = await hookOf(page);
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowUp');
  // The arrows are not the map's.
  assert.deepEqual((await hookOf(page)).view, view);
  await page.keyboard.press('Tab');
  await focused('New corner after corner 1 of 4');
  await page.keyboard.press('Enter');
  await focused('Corner 2 of 5');
  await page.keyboard.press('Delete');
  await focused('Corner 1 of 4');
  await page.keyboard.press('Control+z');
  await focused('Corner 1 of 5');
  await page.keyboard.press('Control+z');
  await focused('Corner 1 of 4');
  await page.focus('.d-zone-form .d-button.strong');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.d-zone-form', { state: 'hidden' });
  const [lng, lat] = shapeOf(await readZone())[0]!;
  assert.equal(shapeOf(await readZone()).length, 5);
  assert.ok(metersBetween(moved(middle, -300 + 0.12 * meters, -200 + 0.24 * meters), { lng, lat }) < 3);
  await close(watched);
});

test('Escape gives the corners up, then the form; a border keeps three corners', limit, async () => {
  const watched = await openCorners({ type: 'Polygon', coordinates: [square()] });
  const { page } = watched;
  await page.fill('#d-zone-name', 'Old Market');
  await drag(page, corner(page, 'Corner 1 of 4'), -40, 40);
  await corner(page, 'Corner 2 of 4').focus();
  await page.keyboard.press('Delete');
  await hasCorners(page, 3);
  assert.equal(await page.isDisabled('text=Remove corner'), true);
  await page.keyboard.press('Delete');
  await hasCorners(page, 3);
  await page.keyboard.press('Escape');
  await hasCorners(page, 0);
  await page.waitForSelector('.d-pen', { state: 'hidden' });
  // What was typed is there still; the border is the old one.
  assert.equal(await page.inputValue('#d-zone-name'), 'Old Market');
  assert.match(await page.innerText('.d-zone-shape'), /4 corners$/m);
  await save(page);
  const { properties, geometry } = await readZone();
  assert.deepEqual([properties.name, geometry.coordinates], ['Old Market', [square()]]);
  await close(watched);
});

test('a border that crosses itself is refused in words, and nothing of it is lost', limit, async () => {
  const watched = await openCorners({ type: 'Polygon', coordinates: [square()] });
  const { page } = watched;
  const from = await centerOf(corner(page, 'Corner 1 of 4'));
  const over = await centerOf(corner(page, 'Corner 3 of 4'));
  await drag(page, corner(page, 'Corner 1 of 4'), 100, over.y - from.y - 40);
  await page.waitForSelector('.d-pen.fault >> text=crosses itself');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForFunction(() => /crosses or touches itself/.test(document.querySelector('.d-zone-form .d-error')?.textContent ?? ''));
  await assertAccessibleInBoth(page, 'a border that is refused');
  await hasCorners(page, 4);
  assert.deepEqual((await readZone()).geometry.coordinates, [square()]);
  // A click into the list does not lose it either.
  await page.click('.d-row.row-car >> nth=0');
  await page.waitForSelector('.d-notice >> text=Save the zone first');
  await hasCorners(page, 4);
  // One that is clicked goes where the next click is.
  await corner(page, 'Corner 1 of 4').click();
  await page.waitForSelector('.d-pen >> text=where this corner should be');
  await page.mouse.click(from.x - 30, from.y + 20);
  await page.waitForSelector('.d-pen:not(.fault)');
  await save(page);
  assert.notDeepEqual((await readZone()).geometry.coordinates, [square()]);
  // The refusal is a line of the browser's own in the console.
  await close(watched, /400/);
});

test('a zone of two parts and a hole keeps all corners but the one that was moved', limit, async () => {
  const parts = [[square(), ring([-120, -80], [-120, 80], [120, 80], [120, -80])], [ring([400, -200], [600, -200], [600, 200], [400, 200])]];
  const watched = await openCorners({ type: 'MultiPolygon', coordinates: parts });
  const { page } = watched;
  await hasCorners(page, 12);
  await drag(page, corner(page, 'Corner 2 of 4, hole in part 1'), 20, 20);
  await save(page);
  const { geometry } = await readZone();
  const kept = geometry.coordinates as Ring[][];
  assert.equal(geometry.type, 'MultiPolygon');
  assert.deepEqual([kept[0]![0], kept[1]], [parts[0]![0], parts[1]]);
  const changed = kept[0]![1]!.filter(([lng, lat], i) => lng !== parts[0]![1]![i]![0] || lat !== parts[0]![1]![i]![1]);
  assert.equal(changed.length, 1);
  await close(watched);
});

test('a border of too many corners is left as it is, and that is said', limit, async () => {
  const many = ring(...Array.from({ length: 240 }, (_, i) => [300 * Math.cos((i * Math.PI) / 120), 300 * Math.sin((i * Math.PI) / 120)] as const));
  const watched = await openForm({ type: 'Polygon', coordinates: [many] });
  const { page } = watched;
  assert.match(await page.innerText('.d-zone-shape'), /240 corners, too many to move by hand/);
  assert.equal(await page.isVisible('text=Edit shape'), false);
  await page.fill('#d-zone-name', 'Round Market');
  await save(page);
  const { properties, geometry } = await readZone();
  assert.equal(properties.name, 'Round Market');
  assert.deepEqual(geometry.coordinates, [many]);
  await close(watched);
});

test('what somebody else did to the zone meanwhile is told before it is overwritten', limit, async () => {
  const watched = await openCorners({ type: 'Polygon', coordinates: [square()] });
  const { page } = watched;
  await drag(page, corner(page, 'Corner 1 of 4'), -40, 40);
  const other = ring([-100, -100], [100, -100], [0, 100]);
  await putZone({ type: 'Polygon', coordinates: [other] });
  const told = (words: RegExp): Promise<unknown> => page.waitForFunction((source) => new RegExp(source).test(document.querySelector('.d-zone-form .d-error')?.textContent ?? ''), words.source);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await told(/Somebody else changed this zone/);
  assert.deepEqual((await readZone()).geometry.coordinates, [other]);
  await api(server.url, token, `/v1/geofences/${id}`, 'DELETE');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await told(/Somebody else deleted this zone/);
  await save(page);
  assert.equal(shapeOf(await readZone()).length, 5);
  // That it was gone is a line of the browser's own in the console.
  await close(watched, /404/);
});

test('on a phone a finger drags corners and taps one to its place, with the whole map free for it', limit, async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 } as const;
  const watched = await openCorners({ type: 'Polygon', coordinates: [square()] }, phone);
  const { page } = watched;
  await hasCorners(page, 4);
  await page.waitForSelector('.d-zones', { state: 'hidden' });
  // Above the bar, and within the screen.
  const bar = (await page.locator('.d-pen').boundingBox())!;
  for (const handle of await page.locator('.d-corner:not(.middle)').all()) {
    const { x, y } = await centerOf(handle);
    assert.ok(x > 22 && x < 368 && y > 22 && y < bar.y - 22, `${x}, ${y}`);
  }
  await assertAccessibleInBoth(page, 'corners on a phone');
  const { view } = await hookOf(page);
  const touch = await page.context().newCDPSession(page);
  const finger = async (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number, y?: number): Promise<void> =>
    void (await touch.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined ? [] : [{ x, y: y! }] }));
  const { x, y } = await centerOf(corner(page, 'Corner 3 of 4'));
  await finger('touchStart', x, y);
  await finger('touchMove', x - 10, y + 15);
  await finger('touchMove', x - 40, y + 60);
  await finger('touchEnd');
  await page.waitForFunction(() => !(document.querySelector('.d-pen button') as HTMLButtonElement).disabled);
  // The finger moved the corner and not the map.
  assert.deepEqual((await hookOf(page)).view, view);
  const dragged = await centerOf(corner(page, 'Corner 3 of 4'));
  assert.ok(Math.hypot(dragged.x - x + 40, dragged.y - y - 60) < 2);
  await corner(page, 'Corner 1 of 4').tap();
  await page.waitForSelector('.d-pen >> text=Tap where this corner should be');
  const first = await centerOf(corner(page, 'Corner 1 of 4'));
  await page.touchscreen.tap(first.x + 50, first.y - 50);
  await page.waitForSelector('.d-pen >> text=Drag a corner');
  const tapped = await centerOf(corner(page, 'Corner 1 of 4'));
  assert.ok(Math.hypot(tapped.x - first.x - 50, tapped.y - first.y + 50) < 2);
  await page.click('.d-pen >> text=Done');
  await page.waitForSelector('.d-zone-shape >> text=not saved yet');
  await assertAccessibleInBoth(page, 'the form of a zone on a phone');
  await save(page);
  const changed = shapeOf(await readZone()).filter(([lng, lat], i) => lng !== square()[i]![0] || lat !== square()[i]![1]);
  assert.equal(changed.length, 3, 'two corners, one of them the first and the last');
  await close(watched);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page, Route } from 'playwright-core';
import { launch, leave, mapReady, missingBrowser, openPage } from './browser.js';
import { directory } from './demo.js';
import { missingServer, startServer, type Server } from './server.js';
import { tagOf, townArchive } from './town-tiles.js';

const reason = missingBrowser() ?? missingServer();
const limit = { timeout: 180_000, skip: reason ?? false };

type LngLat = readonly [lng: number, lat: number];
type Color = readonly [red: number, green: number, blue: number];

interface Town {
  readonly features: readonly { readonly geometry: { readonly type: string; readonly coordinates: unknown }; readonly properties: Record<string, unknown> }[];
}

const water: Color = [0xb7, 0xda, 0xea];
const park: Color = [0xdc, 0xeb, 0xd2];
const land: Color = [0xf3, 0xf1, 0xec];

let server: Server;
let browser: Browser;
let town: Town;
let config: { readonly center: LngLat } & Record<string, unknown>;

before(async () => {
  if (reason) return;
  server = await startServer();
  browser = await launch();
  // Before the fleet has set off the front door is told to come back, which the console notes as an error.
  await directory(server.url);
  town = (await (await fetch(`${server.url}/map/town.geojson`)).json()) as Town;
  config = (await (await fetch(`${server.url}/map/config.json`)).json()) as typeof config;
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

function label(kind: string, name: string): LngLat {
  const found = town.features.find(({ properties }) => properties['kind'] === kind && properties['name'] === name);
  assert.ok(found, `the town names ${name}`);
  return found.geometry.coordinates as LngLat;
}

/** The front door with another base map. */
async function open(changes: Record<string, unknown>, files: Record<string, (route: Route) => Promise<void>> = {}): Promise<{ page: Page; complaints: string[] }> {
  const watched = await openPage(browser, `${server.url}/`, { colorScheme: 'light' }, async (page) => {
    await page.route('**/map/config.json', (route) => route.fulfill({ json: { ...config, ...changes } }));
    for (const [path, answer] of Object.entries(files)) await page.route(`**${path}`, answer);
  });
  await mapReady(watched.page);
  return watched;
}

/** Waits until the map has this colour at a place and a little around it: names and cars come and go. */
async function isDrawn(page: Page, at: LngLat, color: Color, what: string): Promise<void> {
  let seen: readonly number[] = [];
  for (let tries = 0; tries < 120; tries++) {
    const picture = (await page.screenshot()).toString('base64');
    seen = await page.evaluate(
      async ({ picture, at: [lng, lat], color }) => {
        const bbox = (window as unknown as { __ridetracker: { bbox?: number[] } }).__ridetracker.bbox;
        if (!bbox) return [];
        const image = await createImageBitmap(new Blob([Uint8Array.from(atob(picture), (c) => c.charCodeAt(0))], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext('2d')!;
        context.drawImage(image, 0, 0);
        const x = ((lng - bbox[0]!) / (bbox[2]! - bbox[0]!)) * image.width;
        const y = ((bbox[3]! - lat) / (bbox[3]! - bbox[1]!)) * image.height;
        const { data } = context.getImageData(Math.round(x) - 24, Math.round(y) - 24, 48, 48);
        let best: number[] = [];
        let off = Infinity;
        for (let i = 0; i < data.length; i += 4) {
          const rgb = [data[i]!, data[i + 1]!, data[i + 2]!];
          const distance = Math.max(...rgb.map((one, j) => Math.abs(one - color[j]!)));
          if (distance < off) [best, off] = [rgb, distance];
        }
        return best;
      },
      { picture, at, color },
    );
    if (seen.length > 0 && seen.every((one, i) => Math.abs(one - color[i]!) <= 3)) return;
  }
  assert.deepEqual(seen, [...color], what);
}

test('tiles in one PMTiles file are drawn in the design’s colours, and their attribution is shown', limit, async () => {
  const archive = townArchive(town, config.center, '<a href="https://www.openstreetmap.org/copyright">© OpenStreetMap</a>');
  const tag = tagOf(archive);
  let reads = 0;
  const { page, complaints } = await open(
    { styleUrl: null, town: null, pmtiles: '/map/town.pmtiles', attribution: 'Tiles of a test' },
    {
      '/map/town.pmtiles': async (route) => {
        const [, from, to] = /bytes=(\d+)-(\d+)/.exec(route.request().headers()['range'] ?? '') ?? [];
        assert.ok(from && to, 'it is read in ranges');
        reads++;
        const body = archive.subarray(Number(from), Number(to) + 1);
        await route.fulfill({ status: 206, body, headers: { 'Content-Range': `bytes ${from}-${Number(from) + body.length - 1}/${archive.length}`, ETag: tag } });
      },
    },
  );
  await isDrawn(page, label('park-name', 'Lake Park'), water, 'the lake');
  await isDrawn(page, label('park-name', 'University Park'), park, 'a park');
  await isDrawn(page, label('area', 'Old Town'), land, 'land');
  assert.ok(reads > 1);
  const credit = page.locator('.attribution');
  assert.equal(await credit.innerText(), 'Tiles of a test · © OpenStreetMap');
  assert.equal(await credit.locator('a').getAttribute('href'), 'https://www.openstreetmap.org/copyright');
  await leave(page);
  assert.deepEqual(complaints, []);
});

test('where no PMTiles file is configured its reader is not loaded', limit, async () => {
  const { page } = await open({});
  const scripts = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  assert.ok(scripts.some((name) => name.includes('/assets/')));
  assert.deepEqual(scripts.filter((name) => /pmtiles|tiles-style/.test(name)), []);
  await leave(page);
});

test('a file of streets alone is drawn on land', limit, async () => {
  const streets = { type: 'FeatureCollection', features: town.features.filter(({ properties }) => 'highway' in properties) };
  const { page, complaints } = await open({ styleUrl: null, pmtiles: null, town: '/map/streets.geojson' }, { '/map/streets.geojson': (route) => route.fulfill({ json: streets }) });
  await isDrawn(page, label('park-name', 'Lake Park'), land, 'what was a lake');
  await leave(page);
  assert.deepEqual(complaints, []);
});

test('an online style is taken as it is, and what its source asks to be said is said, as words and links only', limit, async () => {
  const style = {
    version: 8,
    sources: {
      elsewhere: { type: 'geojson', data: { type: 'FeatureCollection', features: [] }, attribution: '<a href="https://openfreemap.org" onclick="x()">OpenFreeMap</a> <a href="javascript:x()">bad</a> <img src=x onerror="x()">© OpenMapTiles' },
    },
    layers: [{ id: 'sky', type: 'background', paint: { 'background-color': '#123456' } }],
  };
  const { page } = await open({ styleUrl: `${server.url}/map/style.json`, attribution: 'Ours' }, { '/map/style.json': (route) => route.fulfill({ json: style }) });
  await isDrawn(page, label('area', 'Old Town'), [0x12, 0x34, 0x56], 'the style’s ground');
  const credit = page.locator('.attribution');
  assert.equal(await credit.innerText(), 'Ours · OpenFreeMap · bad · © OpenMapTiles');
  assert.deepEqual(await credit.locator('a').evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href)), ['https://openfreemap.org/']);
  assert.equal(await credit.locator('img').count(), 0);
  await leave(page);
});

/** The list of pictures: one entry a view. `screenshots.ts` takes each at two sizes (or its own), light and dark. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { mapReady } from './browser.js';
import type { Directory } from './demo.js';

export const sizes = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5 },
  small: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 },
  landscape: { viewport: { width: 740, height: 360 }, deviceScaleFactor: 2 },
  tablet: { viewport: { width: 820, height: 1180 }, deviceScaleFactor: 1 },
} as const satisfies Record<string, BrowserContextOptions>;

export type Size = keyof typeof sizes;

export interface Shot {
  /** The picture is NAME-SIZE-light.png or NAME-SIZE-dark.png. */
  readonly name: string;
  /** Path, query and fragment. */
  path(demo: Directory): string;
  /** Resolves when the page shows what the picture is of. */
  ready(page: Page): Promise<void>;
  /** Phone and desktop by default. */
  readonly at?: readonly Size[];
  readonly fullPage?: boolean;
  /** Language and such. */
  readonly options?: BrowserContextOptions;
}

/** The map has drawn its names, and cars are there. */
async function carsDrawn(page: Page): Promise<void> {
  await mapReady(page);
  await page.waitForFunction(() => {
    const hook = (window as unknown as { __ridetracker: { marker?: unknown; shown?: number } }).__ridetracker;
    return hook.marker !== undefined || (hook.shown ?? 0) > 0;
  });
  // A picture is looked at, not tested: the camera's flight and the names' fading take their time.
  await page.waitForTimeout(4000);
}

async function mapDrawn(page: Page): Promise<void> {
  await mapReady(page);
  await page.waitForTimeout(3000);
}

/** The last listed trip began last: its car is still on the way to the pick-up more often than not. */
function newestTrip(demo: Directory): string {
  const trip = demo.trips[demo.trips.length - 1];
  if (!trip) throw new Error('The demo has no trip.');
  return trip.token;
}

/** The desk with its cars, and a busy one of them chosen if `chosen`. */
const desk = (chosen: boolean) => async (page: Page): Promise<void> => {
  await carsDrawn(page);
  if (!chosen) return;
  // Between phone and desktop the list is a drawer.
  if (await page.isVisible('.d-opener')) await page.click('.d-opener');
  await page.waitForSelector('.d-row.row-car .d-mark.busy');
  await page.evaluate(() => document.querySelector<HTMLElement>('.d-row.row-car:not([hidden]):has(.d-mark.busy)')?.click());
  // The trail, the way and the camera's flight.
  await page.waitForTimeout(5000);
};

/** A zone of four corners, drawn and about to be closed. */
async function drawing(page: Page): Promise<void> {
  await carsDrawn(page);
  await page.click('button[aria-label="Zones"]');
  await page.click('text=Draw a zone');
  const map = (await page.locator('.map').boundingBox())!;
  for (const [x, y] of [[0.35, 0.35], [0.6, 0.3], [0.65, 0.6], [0.4, 0.65]] as const) await page.mouse.click(map.x + map.width * x, map.y + map.height * y);
  await page.mouse.move(map.x + map.width * 0.36, map.y + map.height * 0.5);
  await page.waitForTimeout(1000);
}

/** The same zone, about to be saved, with its corners to be moved. */
async function corners(page: Page): Promise<void> {
  await drawing(page);
  await page.click('.d-pen .d-button.strong');
  await page.fill('#d-zone-name', 'Market');
  await page.click('text=Edit shape');
  await page.waitForSelector('.d-corner');
  await page.waitForTimeout(1000);
}

export const shots: readonly Shot[] = [
  { name: 'dispatch', path: () => '/dispatch/', ready: desk(false), at: ['phone', 'desktop', 'tablet', 'small'] },
  { name: 'dispatch-chosen', path: () => '/dispatch/', ready: desk(true), at: ['phone', 'desktop', 'tablet'] },
  { name: 'dispatch-drawing', path: () => '/dispatch/', ready: drawing },
  { name: 'dispatch-corners', path: () => '/dispatch/', ready: corners, at: ['phone', 'desktop', 'tablet'] },
  {
    name: 'dispatch-sign-in',
    path: () => '/dispatch/#not-a-token',
    ready: async (page) => {
      await page.waitForFunction(() => document.querySelector('#d-token-error')?.textContent !== '');
      await page.waitForTimeout(500);
    },
  },
  { name: 'rider', path: (demo) => `/t/#${newestTrip(demo)}`, ready: carsDrawn, at: ['phone', 'desktop', 'small', 'landscape'] },
  { name: 'overview', path: () => '/', ready: carsDrawn, at: ['phone', 'desktop', 'small', 'tablet'] },
  {
    name: 'phone-code',
    path: () => '/',
    ready: async (page) => {
      await carsDrawn(page);
      await page.click('[data-door=phone]');
    },
  },
  { name: 'drive-start', path: () => '/drive/', ready: mapDrawn, at: ['phone'] },
  {
    name: 'drive',
    path: () => '/drive/?simulate',
    ready: async (page) => {
      await mapReady(page);
      await page.click('.duty');
      await page.locator('.to-stop').click();
      await page.waitForTimeout(6000);
    },
    at: ['phone', 'desktop', 'small', 'landscape'],
  },
  {
    name: 'drive-blocked',
    path: () => '/drive/',
    ready: async (page) => {
      await mapReady(page);
      await page.click('.duty');
      await page.getByRole('alert').waitFor();
      await page.waitForTimeout(1500);
    },
    at: ['phone'],
  },
  { name: 'rider-arabic', path: (demo) => `/t/?lang=ar-EG#${newestTrip(demo)}`, ready: carsDrawn },
  {
    name: 'embed',
    path: () => '/embed/',
    ready: async (page) => {
      await page.waitForFunction(() => (document.querySelector('ride-tracker-trip') as unknown as { ride?: { marker?: unknown } } | null)?.ride?.marker);
      await page.waitForTimeout(4000);
    },
    fullPage: true,
  },
  {
    name: 'lab',
    path: () => '/lab/',
    ready: async (page) => {
      await page.waitForSelector('body[data-pictures="5"]', { timeout: 30_000 });
      // Its first figures take their time.
      await page.waitForTimeout(25_000);
    },
    fullPage: true,
  },
];

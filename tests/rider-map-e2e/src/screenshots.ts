/** Takes the pictures of the pages, phone and desktop, light and dark, and of the rider's states, into artifacts/screenshots. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launch, mapReady, openPage } from './browser.js';
import { directory, type Trip } from './demo.js';
import { startServer } from './server.js';
import { play, scenes } from './states.js';

const folder = fileURLToPath(new URL('../screenshots/', import.meta.url));
const sizes = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
  small: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1.5 },
};

/** The map has drawn its names, and the cars are there. */
async function settled(page: Page): Promise<void> {
  await mapReady(page);
  await page.waitForFunction(() => {
    const hook = (window as unknown as { __ridetracker: { marker?: unknown; shown?: number } }).__ridetracker;
    return hook.marker !== undefined || (hook.shown ?? 0) > 0;
  });
  // A picture is looked at, not tested: the camera's flight and the names' fading take their time.
  await page.waitForTimeout(5000);
}

async function take(browser: Browser, name: string, url: string, options: BrowserContextOptions): Promise<void> {
  const { page, complaints } = await openPage(browser, url, options);
  await settled(page);
  await page.screenshot({ path: `${folder}${name}.png` });
  for (const complaint of complaints) console.warn(`${name}: ${complaint}`);
  await page.context().close();
}

/** The lab, whole; its first figures take their time. */
async function takeLab(browser: Browser, name: string, url: string, options: BrowserContextOptions): Promise<void> {
  const { page, complaints } = await openPage(browser, url, options);
  await page.waitForSelector('body[data-pictures="5"]', { timeout: 30_000 });
  await page.waitForTimeout(25_000);
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: true });
  for (const complaint of complaints) console.warn(`${name}: ${complaint}`);
  await page.context().close();
}

async function takeStates(browser: Browser, url: string, trip: Trip): Promise<void> {
  const response = await fetch(`${url}/v1/trips/${trip.id}/live`, { headers: { Authorization: `Bearer ${trip.token}` } });
  const state = (await response.json()) as Record<string, unknown> & { cursor: string };
  for (const scene of scenes) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport: sizes.phone.viewport, colorScheme, locale: 'en-GB' });
      const page = await context.newPage();
      await play(page, scene, state);
      await page.goto(`${url}/t/?via=poll#${trip.token}`);
      await mapReady(page);
      await scene.then?.(page);
      await page.waitForTimeout(2500);
      await page.screenshot({ path: `${folder}state-${scene.name}-${colorScheme}.png` });
      await context.close();
    }
  }
}

mkdirSync(folder, { recursive: true });
const only = process.argv[2];
const server = await startServer();
const browser = await launch();
try {
  const demo = await directory(server.url);
  // The last listed trip began last: its car is still on the way to the pick-up more often than not.
  const trip = demo.trips[demo.trips.length - 1];
  if (!trip) throw new Error('The demo has no trip.');
  const pages = { rider: `/t/#${trip.token}`, overview: '/', lab: '/lab/' };
  for (const [name, path] of Object.entries(pages)) {
    for (const [size, options] of Object.entries(sizes)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const file = `${name}-${size}-${colorScheme}`;
        if (only && !file.includes(only)) continue;
        await (name === 'lab' ? takeLab : take)(browser, file, server.url + path, { ...options, colorScheme });
      }
    }
  }
  if (!only || only === 'states') await takeStates(browser, server.url, trip);
  console.log(`The pictures are in ${folder}`);
} finally {
  await browser.close();
  await server.stop();
}

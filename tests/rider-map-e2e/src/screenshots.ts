/** Takes the pictures of `shots.ts` and of the rider's states, light and dark, into artifacts/screenshots. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { launch, mapReady, openPage } from './browser.js';
import { directory, type Directory, type Trip } from './demo.js';
import { startServer } from './server.js';
import { shots, sizes, type Shot, type Size } from './shots.js';
import { play, scenes } from './states.js';

const folder = fileURLToPath(new URL('../screenshots/', import.meta.url));
const schemes = ['light', 'dark'] as const;
/** Only the pictures whose name has one of these in it. */
const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((part) => name.includes(part));

async function take(browser: Browser, shot: Shot, url: string, size: Size): Promise<void> {
  for (const colorScheme of schemes) {
    const name = `${shot.name}-${size}-${colorScheme}`;
    if (!isWanted(name)) continue;
    const { page, complaints } = await openPage(browser, url, { ...sizes[size], ...shot.options, colorScheme });
    await shot.ready(page);
    await page.screenshot({ path: `${folder}${name}.png`, fullPage: shot.fullPage ?? false });
    for (const complaint of complaints) console.warn(`${name}: ${complaint}`);
    await page.context().close();
  }
}

async function takeStates(browser: Browser, url: string, trip: Trip): Promise<void> {
  const response = await fetch(`${url}/v1/trips/${trip.id}/live`, { headers: { Authorization: `Bearer ${trip.token}` } });
  const state = (await response.json()) as Record<string, unknown> & { cursor: string };
  for (const scene of scenes) {
    for (const colorScheme of schemes) {
      const name = `state-${scene.name}-${colorScheme}`;
      if (!isWanted(name)) continue;
      const context = await browser.newContext({ viewport: sizes.phone.viewport, colorScheme, locale: 'en-GB' });
      const page = await context.newPage();
      await play(page, scene, state);
      await page.goto(`${url}/t/?via=poll#${trip.token}`);
      await mapReady(page);
      await scene.then?.(page);
      await page.waitForTimeout(2500);
      await page.screenshot({ path: `${folder}${name}.png` });
      await context.close();
    }
  }
}

/** The demo, its trips in such an order that the last one has a car on its way to the pick-up, if there is one. */
async function demoWithCarLast(url: string): Promise<Directory> {
  const demo = await directory(url);
  const isComing = async ({ id, token }: Trip): Promise<boolean> => {
    const response = await fetch(`${url}/v1/trips/${id}/live`, { headers: { Authorization: `Bearer ${token}` } });
    const state = response.ok ? ((await response.json()) as { status: string; vehicle?: object; eta?: { seconds: number } }) : undefined;
    return state?.status === 'enroute-to-pickup' && state.vehicle !== undefined && (state.eta?.seconds ?? 0) > 150;
  };
  for (const trip of [...demo.trips].reverse()) {
    if (await isComing(trip)) return { ...demo, trips: [...demo.trips.filter((other) => other !== trip), trip] };
  }
  return demo;
}

mkdirSync(folder, { recursive: true });
const server = await startServer();
const browser = await launch();
try {
  const demo = await demoWithCarLast(server.url);
  for (const shot of shots) {
    for (const size of shot.at ?? (['phone', 'desktop'] as const)) {
      try {
        await take(browser, shot, server.url + shot.path(demo), size);
      } catch (failure) {
        // The others are worth having all the same.
        console.error(`${shot.name}-${size} can't be taken:`, failure);
        process.exitCode = 1;
      }
    }
  }
  const trip = demo.trips[demo.trips.length - 1];
  if (trip) await takeStates(browser, server.url, trip);
  console.log(`The pictures are in ${folder}`);
} finally {
  await browser.close();
  await server.stop();
}

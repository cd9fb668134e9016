/** What the rider's tests share: the page's hook, waiting for a state, and where the marker is on the screen. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Watched } from './browser.js';
import type { LngLat } from './demo.js';

export interface RiderHook {
  readonly marker?: LngLat;
  readonly state?: { readonly cursor: string; readonly status: string; readonly vehicle?: LngLat };
  readonly strategy: string;
  readonly phase: string;
  readonly reached: number;
  readonly firstStateMs?: number;
  readonly firstPositionMs?: number;
}

interface WithHook {
  readonly __ridetracker: RiderHook & { project(place: LngLat): { x: number; y: number } | undefined };
}

export function hookOf(page: Page): Promise<RiderHook> {
  return page.evaluate(() => JSON.parse(JSON.stringify((window as unknown as WithHook).__ridetracker)) as RiderHook);
}

/** Waits until the page is in the state. */
export async function phaseIs(page: Page, phase: string, timeout = 60_000): Promise<void> {
  await page.waitForSelector(`body[data-phase="${phase}"]`, { state: 'attached', timeout });
}

/**
 * Waits until the middle of the marker's element is on the screen where the map has the place, to 2 px; says where that is.
 */
export async function markerOnScreen(page: Page, place: LngLat): Promise<{ x: number; y: number }> {
  const handle = await page.waitForFunction(
    (wanted) => {
      const { __ridetracker: hook } = window as unknown as WithHook;
      // The car's own box, without the light cone, which is to one side.
      const car = [...document.querySelectorAll('.car-body, .car-disc')].map((part) => part.getBoundingClientRect()).find((box) => box.width > 0);
      const frame = document.querySelector('.map')?.getBoundingClientRect();
      const at = hook?.project(wanted);
      if (!car || !frame || !at) return undefined;
      const middle = { x: (car.left + car.right) / 2 - frame.left, y: (car.top + car.bottom) / 2 - frame.top };
      return Math.hypot(middle.x - at.x, middle.y - at.y) < 2 ? middle : undefined;
    },
    place,
    { timeout: 45_000 },
  );
  const at = await handle.jsonValue();
  assert.ok(at);
  return at;
}

/** Where the map has a place now, pixels. */
export async function projected(page: Page, place: LngLat): Promise<{ x: number; y: number }> {
  const at = await page.evaluate((wanted) => (window as unknown as WithHook).__ridetracker.project(wanted), place);
  assert.ok(at);
  return at;
}

export async function close({ page, complaints }: Watched, allowed?: RegExp): Promise<void> {
  await page.context().close();
  assert.deepEqual(allowed ? complaints.filter((complaint) => !allowed.test(complaint)) : complaints, []);
}

/** What the rider's tests share: the page's hook, waiting for a state, and where the marker is on the screen. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { leave, type Watched } from './browser.js';
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

/** Waits until the page is connected by this strategy. */
export async function strategyIs(page: Page, strategy: string): Promise<void> {
  await page.waitForFunction((wanted) => (window as unknown as WithHook).__ridetracker.strategy === wanted, strategy);
}

/**
 * Waits until the middle of the marker's element is on the screen where the map has the place, to 2 px; says where that is,
 * from `origin` at that moment: the map may still be coming to rest.
 */
export async function markerOnScreen(page: Page, place: LngLat, origin?: LngLat): Promise<{ x: number; y: number }> {
  const handle = await page.waitForFunction(
    ([wanted, from]) => {
      const { __ridetracker: hook } = window as unknown as WithHook;
      // The car's own box, without the light cone, which is to one side.
      const car = [...document.querySelectorAll('.car-body, .car-disc')].map((part) => part.getBoundingClientRect()).find((box) => box.width > 0);
      const frame = document.querySelector('.map')?.getBoundingClientRect();
      const at = hook?.project(wanted);
      if (!car || !frame || !at) return undefined;
      const middle = { x: (car.left + car.right) / 2 - frame.left, y: (car.top + car.bottom) / 2 - frame.top };
      if (Math.hypot(middle.x - at.x, middle.y - at.y) >= 2) return undefined;
      const start = from ? hook.project(from) : { x: 0, y: 0 };
      return start && { x: middle.x - start.x, y: middle.y - start.y };
    },
    [place, origin] as const,
  );
  const at = await handle.jsonValue();
  assert.ok(at);
  return at;
}

export async function close({ page, complaints }: Watched, allowed?: RegExp): Promise<void> {
  await leave(page);
  assert.deepEqual(allowed ? complaints.filter((complaint) => !allowed.test(complaint)) : complaints, []);
}

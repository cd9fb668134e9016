/** The dispatcher's page for tests: opens it, reads its hook, and makes trips to play with. */
import type { Page } from 'playwright-core';
import type { LngLat } from './demo.js';

export interface DispatchHook {
  readonly shown: number;
  readonly single: number;
  readonly groups: number;
  readonly chosen?: string;
  readonly following: boolean;
  readonly marker?: LngLat;
  readonly moment?: number;
  readonly view: LngLat & { readonly zoom: number };
  readonly drivers: number;
  readonly trips: number;
  readonly trail: number;
  readonly corners: number;
  readonly ids: readonly string[];
  placeOf(id: string): (LngLat & { readonly x: number; readonly y: number; readonly grouped: boolean }) | undefined;
  pixelOf(place: LngLat): { readonly x: number; readonly y: number } | undefined;
}

type Hooked = Window & { readonly __ridetracker: DispatchHook };

export async function hookOf(page: Page): Promise<DispatchHook> {
  return page.evaluate(() => JSON.parse(JSON.stringify({ ...(window as unknown as Hooked).__ridetracker })) as DispatchHook);
}

/** Cars are there, and so are their names. */
export async function deskReady(page: Page): Promise<void> {
  await page.waitForSelector('body[data-map="ready"]', { state: 'attached' });
  await page.waitForFunction(() => {
    const hook = (window as unknown as Hooked).__ridetracker;
    return hook.shown > 0 && hook.drivers > 0 && hook.trips > 0;
  });
}

export async function api<T>(url: string, token: string, path: string, method = 'GET', body?: unknown): Promise<T> {
  const response = await fetch(url + path, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}: ${await response.text()}`);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export interface TripRecord {
  readonly id: string;
  readonly status: string;
  readonly driver?: string;
}

/** A trip that waits for a driver, near the middle of the town. */
export function newTrip(url: string, token: string, from: LngLat, label: string): Promise<TripRecord> {
  return api(url, token, '/v1/trips', 'POST', {
    rider: 'rider-of-the-test',
    pickup: { lat: from.lat, lng: from.lng, label },
    dropoff: { lat: from.lat + 0.004, lng: from.lng + 0.006, label: 'North Gate' },
  });
}

/** A driver's reports, oldest first, each so many seconds ago and so many degrees of longitude from the first. */
export async function report(url: string, driver: string, token: string, from: LngLat, steps: readonly (readonly [secondsAgo: number, east: number])[]): Promise<void> {
  const now = Date.now();
  await api(url, token, `/v1/drivers/${driver}/fixes`, 'POST', steps.map(([secondsAgo, east]) => ({ time: now - secondsAgo * 1000, lat: from.lat, lng: from.lng + east, accuracy: 4, speed: 5, heading: 90 })));
}

/** The rider's side of RideTracker: watch one trip, or every vehicle of a viewport, over whatever connection there is. */
import { createTripFold } from './trip-fold.js';
import type { TripState, ViewportState } from './types.js';
import { createViewportFold } from './viewport-fold.js';
import type { Watch, WatchOptions } from './options.js';
import { watch } from './watch.js';

export type * from './types.js';
export { defaultStrategies } from './types.js';
export { WatchError } from './options.js';
export type { Status, Watch, WatchEvents, WatchOptions } from './options.js';
export type { PageLike } from './page.js';

export type TripWatch = Watch<TripState>;
export type VehiclesWatch = Watch<ViewportState>;

/** Watches `GET /v1/trips/{tripId}/live`. `url` is that resource. */
export function watchTrip(url: string | URL, options: WatchOptions = {}): TripWatch {
  return watch(url, createTripFold(), { share: true, ...options });
}

export interface VehiclesOptions extends WatchOptions {
  /** Degrees; west greater than east crosses the antimeridian. */
  readonly bbox: readonly [west: number, south: number, east: number, north: number];
  /** Shortest time between two states of a stream, milliseconds; 250 at least. */
  readonly intervalMs?: number;
}

/** Watches `GET /v1/vehicles/live`. `url` is that resource, without a query. */
export function watchVehicles(url: string, options: VehiclesOptions): VehiclesWatch {
  const { bbox, intervalMs } = options;
  const query = new URLSearchParams({ bbox: bbox.join(), ...(intervalMs && { interval: `${intervalMs}` }) });
  // Two tabs hardly ever look at the same.
  return watch(`${url}?${query}`, createViewportFold(intervalMs), { ...options, share: false });
}

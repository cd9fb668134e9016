/** The rider's side of RideTracker: watch one trip, or every vehicle of a viewport, over whatever connection there is. */
import { TripFold } from './trip-fold.js';
import type { TripState, ViewportMessage, ViewportState } from './types.js';
import { ViewportFold } from './viewport-fold.js';
import { Watch, type WatchOptions } from './watch.js';

export type * from './types.js';
export { defaultStrategies } from './types.js';
export { WatchError } from './watch.js';
export type { Status, Watch, WatchEvents, WatchOptions } from './watch.js';

export type TripWatch = Watch<TripState, TripState>;
export type VehiclesWatch = Watch<ViewportMessage, ViewportState>;

/** Watches `GET /v1/trips/{tripId}/live`. `url` is that resource. */
export function watchTrip(url: string | URL, options: WatchOptions = {}): TripWatch {
  return new Watch(url, new TripFold(), options);
}

export interface VehiclesOptions extends WatchOptions {
  /** Degrees; west greater than east crosses the antimeridian. */
  readonly bbox: readonly [west: number, south: number, east: number, north: number];
  /** Shortest time between two states of a stream, milliseconds; 250 at least. */
  readonly intervalMs?: number;
}

/** Watches `GET /v1/vehicles/live`. `url` is that resource, without a query. */
export function watchVehicles(url: string, options: VehiclesOptions): VehiclesWatch {
  const query = new URLSearchParams({ bbox: options.bbox.join(',') });
  if (options.intervalMs !== undefined) query.set('interval', String(options.intervalMs));
  return new Watch(`${url}?${query.toString()}`, new ViewportFold(), options);
}

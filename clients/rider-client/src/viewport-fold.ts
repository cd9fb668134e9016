/** Merges a viewport's messages (`whole`, changes, `gone`) into the full set of its vehicles. Pure. */
import { medianTime } from './freshness.js';
import type { Fold } from './options.js';
import type { Vehicle, ViewportMessage, ViewportState } from './types.js';

export function createViewportFold(nextUpdateMs?: number): Fold<ViewportMessage, ViewportState> {
  let vehicles = new Map<string, Vehicle>();
  let last: string | undefined;
  return {
    accept({ cursor, whole, vehicles: told = [], gone = [], reset }) {
      if (cursor === last && !reset) return undefined;
      last = cursor;
      const before = vehicles;
      vehicles = new Map(whole ? [] : before);
      for (const vehicle of told) {
        const known = before.get(vehicle.id);
        // An older fix moves no car back; its status and staleness are still the latest.
        vehicles.set(
          vehicle.id,
          known && vehicle.time < known.time
            ? { ...vehicle, lat: known.lat, lng: known.lng, time: known.time }
            : vehicle,
        );
      }
      for (const id of gone) vehicles.delete(id);
      return { cursor, vehicles, ...(reset && { reset }), ...(nextUpdateMs && { nextUpdateMs }) };
    },
    time: ({ vehicles }) => medianTime(vehicles?.values() ?? []),
  };
}

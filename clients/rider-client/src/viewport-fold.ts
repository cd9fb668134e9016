/** Merges a viewport's messages (`whole`, changes, `gone`) into the full set of its vehicles. Pure. */
import type { Vehicle, ViewportMessage, ViewportState } from './types.js';

export class ViewportFold {
  #vehicles = new Map<string, Vehicle>();
  #last: string | undefined;

  /** The merged state, or undefined if the message changes nothing. */
  accept(message: ViewportMessage): ViewportState | undefined {
    if (message.cursor === this.#last && !message.reset) return undefined;
    this.#last = message.cursor;
    const before = this.#vehicles;
    const vehicles: Map<string, Vehicle> = message.whole ? new Map() : new Map(before);
    for (const vehicle of message.vehicles ?? []) {
      const known = before.get(vehicle.id);
      // An older fix moves no car back; its status and staleness are still the latest.
      vehicles.set(
        vehicle.id,
        known && vehicle.time < known.time
          ? { ...vehicle, lat: known.lat, lng: known.lng, time: known.time }
          : vehicle,
      );
    }
    for (const id of message.gone ?? []) vehicles.delete(id);
    this.#vehicles = vehicles;
    return { cursor: message.cursor, vehicles, ...(message.reset ? { reset: true } : {}) };
  }
}

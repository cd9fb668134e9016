/** Gives each car of a viewport a slot and finds what changed since the last state. Pure. */
import type { Vehicle } from '@ridetracker/rider-client';
import { mercatorX, mercatorY } from '../map/mercator.js';
import { busyBit, staleBit, type FleetDelta } from './fleet-message.js';

export class FleetDiff {
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  /** By slot: what was told last. The fold keeps the object of a car that did not change. */
  readonly #told: (Vehicle | undefined)[] = [];

  accept(vehicles: ReadonlyMap<string, Vehicle>): FleetDelta {
    const gone: number[] = [];
    for (const [id, slot] of this.#slots) {
      if (vehicles.has(id)) continue;
      gone.push(slot);
      this.#slots.delete(id);
      this.#told[slot] = undefined;
    }
    const added: [number, string][] = [];
    const changed: Vehicle[] = [];
    const slots: number[] = [];
    for (const vehicle of vehicles.values()) {
      let slot = this.#slots.get(vehicle.id);
      if (slot === undefined) {
        slot = this.#free.pop() ?? this.#told.length;
        this.#slots.set(vehicle.id, slot);
        added.push([slot, vehicle.id]);
      } else if (this.#told[slot] === vehicle) continue;
      this.#told[slot] = vehicle;
      slots.push(slot);
      changed.push(vehicle);
    }
    // Only now: a slot that was left in this very state must not be another car's in it, or the marker would glide between them.
    this.#free.push(...gone);
    return { rows: columns(slots, changed), added, gone, size: vehicles.size };
  }
}

function columns(slots: readonly number[], vehicles: readonly Vehicle[]): FleetDelta['rows'] {
  const count = vehicles.length;
  const rows = {
    slots: Uint32Array.from(slots),
    x: new Float64Array(count),
    y: new Float64Array(count),
    heading: new Float32Array(count),
    speed: new Float32Array(count),
    time: new Float64Array(count),
    kind: new Uint8Array(count),
  };
  vehicles.forEach((vehicle, i) => {
    rows.x[i] = mercatorX(vehicle.lng);
    rows.y[i] = mercatorY(vehicle.lat);
    rows.heading[i] = vehicle.heading ?? NaN;
    rows.speed[i] = vehicle.speed ?? NaN;
    rows.time[i] = vehicle.time;
    rows.kind[i] = (vehicle.status === 'busy' ? busyBit : 0) | (vehicle.stale ? staleBit : 0);
  });
  return rows;
}

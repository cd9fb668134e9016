/** Moves many cars softly from where they were drawn to where they are now. Pure. */
import type { Vehicle } from '@ridetracker/rider-client';
import { along, distanceMeters, turnDegrees } from '../map/geo.js';
import type { Shown } from './fleet.js';

/** No glide is shorter or longer, milliseconds. */
const shortestMs = 300;
const longestMs = 3000;
/** Farther than this a car is not drawn over the blocks between, metres. */
const leapMeters = 250;

interface Move {
  readonly from: Shown;
  readonly to: Shown;
  /** The fix that it goes to, Unix milliseconds. */
  readonly time: number;
  readonly beginMs: number;
  readonly durationMs: number;
}

export class Glide {
  readonly #moves = new Map<string, Move>();
  #movingUntilMs = 0;

  get size(): number {
    return this.#moves.size;
  }

  isMoving(nowMs: number): boolean {
    return nowMs < this.#movingUntilMs;
  }

  /** The newest state; each car takes as long for its way as it took to report it. */
  set(vehicles: Iterable<Vehicle>, nowMs: number): void {
    const seen = new Set<string>();
    for (const vehicle of vehicles) {
      seen.add(vehicle.id);
      const known = this.#moves.get(vehicle.id);
      if (known?.time === vehicle.time) continue;
      const to = placeOf(vehicle);
      const from = known && distanceMeters(known.to, to) < leapMeters ? shownAt(known, nowMs) : to;
      const durationMs = known ? Math.min(longestMs, Math.max(shortestMs, vehicle.time - known.time)) : 0;
      this.#moves.set(vehicle.id, { from, to, time: vehicle.time, beginMs: nowMs, durationMs });
      this.#movingUntilMs = Math.max(this.#movingUntilMs, nowMs + durationMs);
    }
    for (const id of this.#moves.keys()) if (!seen.has(id)) this.#moves.delete(id);
  }

  whereOf(vehicle: Vehicle, nowMs: number): Shown {
    const move = this.#moves.get(vehicle.id);
    return move ? shownAt(move, nowMs) : placeOf(vehicle);
  }
}

function placeOf({ lng, lat, heading }: Vehicle): Shown {
  return { lng, lat, heading };
}

function shownAt({ from, to, beginMs, durationMs }: Move, nowMs: number): Shown {
  const share = durationMs === 0 ? 1 : Math.min(1, Math.max(0, (nowMs - beginMs) / durationMs));
  if (share === 1) return to;
  const heading = from.heading === undefined || to.heading === undefined ? to.heading : (from.heading + turnDegrees(from.heading, to.heading) * share + 360) % 360;
  return { ...along(from, to, share), heading };
}

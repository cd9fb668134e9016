/** Lets through only trip states that are news, and none whose `vehicle.time` is before what was shown. Pure. */
import type { TripState } from './types.js';

export class TripFold {
  #last: TripState | undefined;
  #newestTime = -Infinity;

  /** The state to show, or undefined if it says nothing new. */
  accept(state: TripState): TripState | undefined {
    const last = this.#last;
    if (last && state.cursor === last.cursor && !state.reset) return undefined;
    const time = state.vehicle?.time;
    if (last && time !== undefined && time < this.#newestTime) {
      // A node behind the one before, or another driver. The trip's own news are shown; of the car, what is known.
      if (state.version <= last.version) return undefined;
      const { vehicle: _, path: __, ...rest } = state;
      const sameDriver = state.driver?.plate === last.driver?.plate && state.driver?.name === last.driver?.name;
      state = sameDriver && last.vehicle ? { ...rest, vehicle: last.vehicle } : rest;
    } else if (time !== undefined) {
      this.#newestTime = time;
    }
    this.#last = state;
    return state;
  }
}

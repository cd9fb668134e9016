/** Lets through only trip states that are news, and none whose `vehicle.time` is before what was shown. Pure. */
import type { Fold } from './options.js';
import type { TripState } from './types.js';

export function createTripFold(): Fold<TripState, TripState> {
  let last: TripState | undefined;
  let newestTime = -Infinity;
  return {
    accept(state) {
      if (state.cursor === last?.cursor && !state.reset) return undefined;
      const time = state.vehicle?.time;
      if (last && time! < newestTime) {
        // A node behind the one before, or another driver. The trip's own news are shown; of the car, what is known.
        if (state.version <= last.version) return undefined;
        const { vehicle: _, path: __, ...rest } = state;
        const sameDriver = state.driver?.plate === last.driver?.plate && state.driver?.name === last.driver?.name;
        state = { ...rest, ...(sameDriver && last.vehicle && { vehicle: last.vehicle }) };
      } else newestTime = time ?? newestTime;
      return (last = state);
    },
    time: (state) => state.vehicle?.time,
  };
}

/** What a dispatcher should know of a trip at one moment: when it gets there, whether it is late, whether it waits too long. Pure. */
import type { Trip } from './directory.js';

/** A trip counts as late this long after its planned arrival, milliseconds. */
const lateAfterMs = 2 * 60_000;
/** A car that waits at the pick-up for longer than this needs a look, milliseconds. */
const longPickupMs = 5 * 60_000;

/** When the car is to be at its next stop by the plan made at the assignment or the start, Unix milliseconds. */
export function dueMs(trip: Trip): number | undefined {
  const beganMs = trip.status === 'enroute-to-pickup' ? trip.assigned : trip.status === 'enroute-to-dropoff' ? trip.started : undefined;
  return beganMs === undefined || trip.route === undefined ? undefined : beganMs + trip.route.seconds * 1000;
}

/** Milliseconds past the plan; 0 while it is not late. */
export function lateMs(trip: Trip, nowMs: number): number {
  const due = dueMs(trip);
  return due !== undefined && nowMs - due > lateAfterMs ? nowMs - due : 0;
}

/** Milliseconds at the pick-up; 0 while that is not long. */
export function longAtPickupMs(trip: Trip, nowMs: number): number {
  const waited = trip.status === 'arrived-at-pickup' && trip.arrived !== undefined ? nowMs - trip.arrived : 0;
  return waited > longPickupMs ? waited : 0;
}

export const statusWords: Record<Trip['status'], string> = {
  new: 'Waiting for a driver',
  'enroute-to-pickup': 'To pick-up',
  'arrived-at-pickup': 'At pick-up',
  'enroute-to-dropoff': 'To drop-off',
  complete: 'Arrived',
  canceled: 'Cancelled',
};

/** The stop that the car goes to, or stands at. */
export function nextStop(trip: Trip): { readonly kind: 'pickup' | 'dropoff'; readonly place: Trip['pickup'] } {
  return trip.status === 'enroute-to-dropoff' || trip.status === 'complete'
    ? { kind: 'dropoff', place: trip.dropoff }
    : { kind: 'pickup', place: trip.pickup };
}

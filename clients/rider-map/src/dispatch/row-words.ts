/** What a row of the list says, and the details of a car. Pure. */
import type { TripState } from '@ridetracker/rider-client';
import type { Units } from '../page/units.js';
import type { Directory, Trip } from './directory.js';
import type { FleetTable, Kind } from './fleet-table.js';
import { dueMs, lateMs, longAtPickupMs, statusWords } from './judge.js';

export interface RowWords {
  readonly kind: Kind | 'unknown';
  /** Degrees; undefined: a disc. */
  readonly heading: number | undefined;
  readonly title: string;
  readonly about: string;
  readonly status: string;
  readonly more: string;
  /** `warn`: it needs a look. */
  readonly tone: 'plain' | 'warn';
}

/** `live`: the trip's own stream, if it is open. */
export function carWords(id: string, table: FleetTable, directory: Directory, live: TripState | undefined, units: Units, nowMs: number): RowWords {
  const driver = directory.drivers.get(id);
  const trip = directory.tripOf.get(id);
  const slot = table.slotOf(id);
  const kind: RowWords['kind'] = slot === undefined ? 'unknown' : table.kindOf(slot);
  const doing = trip ? statusWords[trip.status] : slot !== undefined && table.isBusy(slot) ? 'On a trip' : 'Idle';
  const base = {
    kind,
    heading: slot === undefined ? undefined : table.heading(slot, Infinity),
    title: driver?.plate ?? driver?.name ?? id,
    about: [driver?.plate ? driver.name : undefined, driver?.vehicle].filter(Boolean).join(' · ') || (driver?.plate || driver?.name ? id : 'Not registered'),
    tone: 'plain' as const,
  };
  if (slot === undefined) return { ...base, status: trip ? doing : 'Not in view', more: trip ? 'Not in view' : '' };
  if (kind === 'stale') return { ...base, tone: 'warn', status: `Last seen ${units.age((nowMs - table.time[slot]!) / 1000)}`, more: doing };
  const late = trip ? lateMs(trip, nowMs) : 0;
  if (late > 0) return { ...base, status: `${Math.floor(late / 60_000)} min late`, more: doing };
  const long = trip ? longAtPickupMs(trip, nowMs) : 0;
  if (long > 0) return { ...base, status: `${Math.floor(long / 60_000)} min wait`, more: doing };
  return { ...base, status: doing, more: trip ? leftOf(trip, live, units, nowMs) : idleFor(id, directory, units, nowMs) };
}

/** Till the next stop, or how long the car has stood there. Lists bring no ETA: without the trip's stream it is by the plan, and says "about". */
function leftOf(trip: Trip, live: TripState | undefined, units: Units, nowMs: number): string {
  if (trip.status === 'arrived-at-pickup') return trip.arrived === undefined ? '' : units.age((nowMs - trip.arrived) / 1000);
  if (live?.eta && live.trip === trip.id && live.status === trip.status) return minutes(live.eta.seconds);
  const due = dueMs(trip);
  if (due === undefined) return '';
  return due < nowMs ? 'due now' : `about ${minutes((due - nowMs) / 1000)}`;
}

function idleFor(id: string, directory: Directory, units: Units, nowMs: number): string {
  const since = directory.idleSince.get(id);
  return since === undefined ? '' : units.age((nowMs - since) / 1000);
}

/** "3 min", never less than 1: what is left. */
export function minutes(seconds: number): string {
  return `${Math.max(1, Math.round(seconds / 60))} min`;
}

export function tripWords(trip: Trip, units: Units, nowMs: number): RowWords {
  return {
    kind: 'unknown',
    heading: undefined,
    title: trip.pickup.label ?? 'Pick-up without a name',
    about: `To ${trip.dropoff.label ?? 'a place without a name'}`,
    status: 'No driver',
    more: units.age((nowMs - trip.created) / 1000),
    tone: 'warn',
  };
}

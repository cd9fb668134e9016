/** What the details say of a car or of a trip without a driver. Pure. */
import type { TripState } from '@ridetracker/rider-client';
import type { Units } from '../page/units.js';
import type { Detail } from './detail-view.js';
import type { Directory, Trip } from './directory.js';
import type { FleetTable } from './fleet-table.js';
import { dueMs, lateMs, nextStop, statusWords } from './judge.js';
import { minutes } from './row-words.js';

type Words = Omit<Detail, 'following'>;

/** `live`: the trip's own stream, if it is open. */
export function carDetail(id: string, table: FleetTable, directory: Directory, live: TripState | undefined, units: Units, nowMs: number): Words {
  const driver = directory.drivers.get(id);
  const trip = directory.tripOf.get(id);
  const slot = table.slotOf(id);
  const kind = slot === undefined ? undefined : table.kindOf(slot);
  const stale = kind === 'stale';
  const doing = trip ? statusWords[trip.status] : slot !== undefined && table.isBusy(slot) ? 'On a trip' : slot === undefined ? 'Not in view' : 'Idle';
  const agoSeconds = slot === undefined ? undefined : Math.max(0, (nowMs - table.time[slot]!) / 1000);
  const speed = slot === undefined ? NaN : table.speed[slot]!;
  const stop = trip && nextStop(trip);
  return {
    plate: driver?.plate,
    title: driver?.name ?? id,
    about: driver?.vehicle ?? (driver ? id : 'Not registered'),
    facts: [
      { name: 'Status', value: doing, tone: stale ? 'warn' : undefined },
      { name: 'Arrives in', ...arrival(trip, live, nowMs) },
      { name: 'Speed', value: Number.isNaN(speed) || stale ? '–' : units.speed(speed) },
      { name: stale ? 'Last seen' : 'Last fix', value: agoSeconds === undefined ? '–' : agoSeconds < 1 ? 'now' : `${units.age(agoSeconds)} ago`, tone: stale ? 'warn' : undefined },
    ],
    stops: trip && stop ? [{ kind: stop.kind, name: `Trip ${shortId(trip.id)}, ${stop.kind === 'pickup' ? 'pick-up' : 'drop-off'}`, value: stop.place.label ?? 'A place without a name' }] : [],
    canFollow: slot !== undefined,
    canCancel: trip !== undefined,
    assign: driver && !trip && slot !== undefined && !table.isBusy(slot) ? 'Assign a trip' : undefined,
  };
}

function arrival(trip: Trip | undefined, live: TripState | undefined, nowMs: number): { value: string; tone?: 'warn' } {
  if (!trip) return { value: '–' };
  if (trip.status === 'arrived-at-pickup') return { value: 'Is there' };
  const late = lateMs(trip, nowMs);
  const seconds = live?.eta?.seconds ?? (dueMs(trip) === undefined ? undefined : Math.max(0, dueMs(trip)! - nowMs) / 1000);
  const value = seconds === undefined ? '–' : minutes(seconds);
  return late > 0 ? { value: `${value}, ${Math.floor(late / 60_000)} late`, tone: 'warn' } : { value };
}

export function tripDetail(trip: Trip, units: Units, nowMs: number): Words {
  return {
    plate: undefined,
    title: 'Waiting for a driver',
    about: `Trip ${shortId(trip.id)}`,
    facts: [
      { name: 'Waiting for', value: units.age((nowMs - trip.created) / 1000), tone: 'warn' },
      { name: 'Asked for at', value: units.clock(trip.created) },
    ],
    stops: [
      { kind: 'pickup', name: 'Pick-up', value: trip.pickup.label ?? 'A place without a name' },
      { kind: 'dropoff', name: 'Drop-off', value: trip.dropoff.label ?? 'A place without a name' },
    ],
    canFollow: false,
    canCancel: true,
    assign: 'Assign a driver',
  };
}

/** Ids are long, and sorted by time: their ends tell them apart. */
function shortId(id: string): string {
  return id.length > 14 ? `…${id.slice(-6)}` : id;
}

/** What a dispatcher does to trips, and between whom there is to choose. */
import { distanceMeters, type LngLat } from '../map/geo.js';
import type { Units } from '../page/units.js';
import type { Vehicle } from '@ridetracker/rider-client';
import type { Api } from './api.js';
import type { Option } from './detail-view.js';
import type { Directory, Trip } from './directory.js';

/** Choices that are shown at a time. */
const optionsLimit = 8;
const searchMeters = 10_000;

/** Only as the trip stood when it was looked at: what somebody else did meanwhile is told, not undone. */
export async function cancel(api: Api, directory: Directory, trip: Trip | undefined): Promise<void> {
  if (!trip) return;
  directory.put(await command(api, trip, 'cancel'));
}

export async function assign(api: Api, directory: Directory, tripId: string, driver: string): Promise<void> {
  const trip = directory.trips.get(tripId);
  if (trip) directory.put(await command(api, trip, 'assign', { driver }));
}

function command(api: Api, trip: Trip, name: string, body?: unknown): Promise<Trip> {
  return api.json(`/v1/trips/${encodeURIComponent(trip.id)}/${name}`, {
    method: 'POST',
    headers: { 'If-Match': `"${trip.version}"`, 'Idempotency-Key': crypto.randomUUID() },
    ...(body === undefined ? {} : { body }),
  });
}

/** The trips without a driver, nearest pick-up first. */
export function waitingTrips(directory: Directory, car: LngLat | undefined, units: Units, nowMs: number): readonly Option[] | string {
  const waiting = directory.unassigned.map((trip) => ({ trip, meters: car ? distanceMeters(car, trip.pickup) : 0 }));
  if (waiting.length === 0) return 'No trip is waiting for a driver.';
  return waiting
    .sort((a, b) => a.meters - b.meters)
    .slice(0, optionsLimit)
    .map(({ trip, meters }) => ({
      id: trip.id,
      title: trip.pickup.label ?? 'Pick-up without a name',
      about: `To ${trip.dropoff.label ?? 'a place without a name'} · waits ${units.age((nowMs - trip.created) / 1000)}`,
      end: car ? units.distance(meters) : '',
    }));
}

/** The idle cars round a pick-up, nearest first, asked of the server: they may be out of view. */
export async function nearestDrivers(api: Api, directory: Directory, pickup: LngLat | undefined, units: Units): Promise<readonly Option[] | string> {
  if (!pickup) return 'This trip has no pick-up.';
  const query = `near=${pickup.lat},${pickup.lng}&radius=${searchMeters}&limit=50`;
  const { vehicles = [] } = await api.json<{ vehicles?: readonly Vehicle[] }>(`/v1/vehicles/live?${query}`);
  const idle = vehicles.filter(({ id, status, stale }) => status === 'idle' && !stale && directory.drivers.has(id));
  if (idle.length === 0) return `No idle car within ${units.distance(searchMeters)}.`;
  return idle.slice(0, optionsLimit).map((vehicle) => {
    const { plate, name, vehicle: model } = directory.drivers.get(vehicle.id)!;
    const [title, ...rest] = [plate, name, model].filter((text) => text !== undefined);
    return { id: vehicle.id, title: title ?? vehicle.id, about: rest.join(' · '), end: units.distance(distanceMeters(pickup, vehicle)) };
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vehicle } from '@ridetracker/rider-client';
import type { Api } from './api.js';
import { Directory, type Trip } from './directory.js';
import { FleetDiff } from './fleet-diff.js';
import { FleetTable } from './fleet-table.js';
import { ListModel, type Question, type Row } from './list-model.js';

const now = 10_000_000;
const trip = (id: string, driver: string | undefined, more: Partial<Trip> = {}): Trip => ({
  id,
  status: 'enroute-to-pickup',
  version: 2,
  pickup: { lat: 0, lng: 0, label: 'Harbour' },
  dropoff: { lat: 0, lng: 0 },
  ...(driver === undefined ? { status: 'new' } : { driver }),
  route: { version: 1, seconds: 300 },
  created: now - 60_000,
  assigned: now - 60_000,
  ...more,
});

function model(cars: readonly Partial<Vehicle>[], trips: readonly Trip[]): ListModel {
  const table = new FleetTable(false);
  const vehicles = cars.map((car, i): Vehicle => ({ id: `d${i}`, lat: 0, lng: i, time: now - 1000, status: 'idle', ...car }));
  table.apply(new FleetDiff().accept(new Map(vehicles.map((vehicle) => [vehicle.id, vehicle]))), 0);
  const directory = new Directory({} as Api, () => {});
  ['ZZ 9', 'AA 1', 'MM 5', 'BB 2'].forEach((plate, i) => directory.drivers.set(`d${i}`, { id: `d${i}`, plate, name: `Name ${i}` }));
  directory.drivers.set('far', { id: 'far', plate: 'FAR 1' });
  for (const one of trips) directory.put(one);
  return new ListModel(table, directory);
}

const ask = (of: ListModel, question: Partial<Question> = {}): string[] =>
  of.rows({ filter: 'all', search: '', allNeeds: false, nowMs: now, ...question }).map((row: Row) => ('id' in row ? row.id : row.text));

test('cars of the view stand by their plates', () => {
  assert.deepEqual(ask(model([{}, {}, {}, {}], [])), ['In this view', 'd1', 'd3', 'd2', 'd0']);
});

test('what needs a look stands first: silent, late, long at the pick-up; a silent car on a trip before one that idles', () => {
  const all = model(
    [{ stale: true }, { status: 'busy' }, { status: 'busy' }, { stale: true, status: 'busy' }],
    [trip('t1', 'd1', { assigned: now - 1_000_000 }), trip('t2', 'd2', { status: 'arrived-at-pickup', arrived: now - 400_000 })],
  );
  assert.deepEqual(ask(all), ['Need a look', 'd3', 'd0', 'd1', 'd2']);
});

test('a trip is late two minutes after its plan, not before', () => {
  const late = (assigned: number): string[] => ask(model([{ status: 'busy' }], [trip('t1', 'd0', { assigned: now - assigned })]));
  assert.deepEqual(late(419_000), ['In this view', 'd0']);
  assert.deepEqual(late(421_000), ['Need a look', 'd0']);
});

test('trips without a driver are listed, oldest first', () => {
  const waiting = model([{}], [trip('young', undefined, { created: now - 1 }), trip('old', undefined)]);
  assert.deepEqual(ask(waiting), ['Waiting for a driver', 'old', 'young', 'In this view', 'd0']);
});

test('a search finds plates without their spaces, names, trips, and drivers that are not in view', () => {
  const all = model([{}, {}, {}, {}], [trip('t_abc', 'd2')]);
  assert.deepEqual(ask(all, { search: 'mm5' }), ['In this view', 'd2']);
  assert.deepEqual(ask(all, { search: 'T_ABC' }), ['In this view', 'd2']);
  assert.deepEqual(ask(all, { search: 'name 3' }), ['In this view', 'd3']);
  assert.deepEqual(ask(all, { search: 'far 1' }), ['Elsewhere', 'far']);
  assert.deepEqual(ask(all, { search: 'nothing' }), []);
});

test('a filter leaves the others out', () => {
  assert.deepEqual(ask(model([{ status: 'busy' }, {}, { stale: true }], []), { filter: 'stale' }), ['Need a look', 'd2']);
  assert.deepEqual(ask(model([{ status: 'busy' }, {}, { stale: true }], []), { filter: 'busy' }), ['In this view', 'd0']);
});

test('a long list of what needs a look is cut, and said so', () => {
  const many = model(Array.from({ length: 9 }, () => ({ stale: true })), []);
  assert.deepEqual(ask(many).slice(-1), ['Show all 9']);
  assert.equal(ask(many, { allNeeds: true }).length, 10);
});

test('a trip that goes to another driver leaves the first', () => {
  const directory = new Directory({} as Api, () => {});
  for (const id of ['a', 'b']) directory.drivers.set(id, { id });
  directory.put(trip('t1', 'a'));
  directory.put(trip('t1', 'b', { version: 3 }));
  assert.deepEqual([directory.tripOf.get('a'), directory.tripOf.get('b')?.id], [undefined, 't1']);
  directory.put(trip('t1', 'a', { version: 2 }));
  assert.equal(directory.tripOf.get('a'), undefined);
  directory.put(trip('t1', 'b', { version: 4, status: 'canceled', ended: now }));
  assert.deepEqual([directory.trips.size, directory.tripOf.size, directory.idleSince.get('b')], [0, 0, now]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vehicle } from '@ridetracker/rider-client';
import { mercatorX, mercatorY } from '../map/mercator.js';
import { FleetDiff } from './fleet-diff.js';
import { FleetTable } from './fleet-table.js';
import { group } from './groups.js';
import { hitSlot } from './hit.js';

const car = (id: string, more: Partial<Vehicle> = {}): Vehicle => ({ id, lat: 51.5, lng: 0.01, time: 1000, status: 'idle', heading: 350, ...more });
const viewport = (...cars: Vehicle[]): ReadonlyMap<string, Vehicle> => new Map(cars.map((one) => [one.id, one]));

function filled(...cars: Vehicle[]): { table: FleetTable; diff: FleetDiff } {
  const table = new FleetTable(true);
  const diff = new FleetDiff();
  table.apply(diff.accept(viewport(...cars)), 0);
  return { table, diff };
}

test('a car glides from fix to fix in the time between them, and turns the short way', () => {
  const { table, diff } = filled(car('a'));
  table.apply(diff.accept(viewport(car('a', { lng: 0.0101, time: 2000, heading: 10 }))), 10_000);
  const slot = table.slotOf('a')!;
  assert.equal(table.x(slot, 10_000), mercatorX(0.01));
  assert.ok(Math.abs(table.x(slot, 10_550) - mercatorX(0.01005)) < 1e-12);
  assert.ok(Math.abs(table.x(slot, 11_200) - mercatorX(0.0101)) < 1e-12);
  assert.equal(table.heading(slot, 10_000), 350);
  assert.equal(table.heading(slot, 10_275), 360);
  assert.equal(table.heading(slot, 12_000), 370);
  assert.equal(table.movingUntilMs, 11_100);
});

test('a jump is no glide, and without motion nothing glides', () => {
  const { table, diff } = filled(car('a'));
  table.apply(diff.accept(viewport(car('a', { lng: 0.03, time: 2000 }))), 10_000);
  assert.equal(table.x(table.slotOf('a')!, 10_000), mercatorX(0.03));
  const still = new FleetTable(false);
  const other = new FleetDiff();
  still.apply(other.accept(viewport(car('a'))), 0);
  still.apply(other.accept(viewport(car('a', { lng: 0.0101, time: 2000 }))), 10_000);
  assert.equal(still.x(0, 10_000), mercatorX(0.0101));
});

test('only what changed is handed over, and a slot is not another car’s in the same state', () => {
  const diff = new FleetDiff();
  const [a, b] = [car('a'), car('b')];
  assert.deepEqual(diff.accept(viewport(a, b)).added, [[0, 'a'], [1, 'b']]);
  const next = diff.accept(viewport(b, car('c')));
  assert.deepEqual([next.gone, next.added, [...next.rows.slots], next.size], [[0], [[2, 'c']], [2], 2]);
  assert.deepEqual(diff.accept(viewport(b, car('d'))).added, [[0, 'd']]);
});

test('a stale car counts as stale only; a car that is gone counts no more', () => {
  const { table, diff } = filled(car('a'), car('b', { status: 'busy' }), car('c', { status: 'busy', stale: true }));
  assert.deepEqual(table.counts, { all: 3, idle: 1, busy: 1, stale: 1 });
  table.apply(diff.accept(viewport(car('a'))), 0);
  assert.deepEqual(table.counts, { all: 1, idle: 1, busy: 0, stale: 0 });
  assert.equal(table.slotOf('b'), undefined);
});

test('six cars in a cell are a group, five are not, and the chosen one stays apart', () => {
  const near = (count: number): Vehicle[] => Array.from({ length: count }, (_, i) => car(`n${i}`, i === 0 ? { stale: true } : { status: i < 3 ? 'busy' : 'idle' }));
  const five = group(filled(...near(5)).table, 14, undefined, () => true);
  assert.deepEqual([five.groups.length, [...five.grouped]], [0, [0, 0, 0, 0, 0]]);
  const { table } = filled(...near(6));
  const six = group(table, 14, undefined, () => true);
  assert.deepEqual(six.groups.map(({ idle, busy, stale }) => [idle, busy, stale]), [[3, 2, 1]]);
  assert.deepEqual([...six.grouped], [1, 1, 1, 1, 1, 1]);
  assert.ok(Math.abs(six.groups[0]!.y - mercatorY(51.5)) < 1e-9);
  assert.equal(group(table, 14, 3, () => true).groups.length, 0);
  assert.equal(group(table, 14, undefined, (slot) => table.kindOf(slot) !== 'idle').groups.length, 0);
});

test('the grid stands still while the map is zoomed a little', () => {
  const spread = Array.from({ length: 40 }, (_, i) => car(`n${i}`, { lng: 0.01 + i * 0.0002 }));
  const { table } = filled(...spread);
  const cells = (zoom: number): string => JSON.stringify(group(table, zoom, undefined, () => true).groups);
  assert.equal(cells(14), cells(14.1));
  assert.notEqual(cells(14), cells(15));
});

test('the nearest car within a finger’s reach is hit, where it is drawn now', () => {
  const { table, diff } = filled(car('a'), car('b', { lng: 0.012 }));
  table.apply(diff.accept(viewport(car('a', { lng: 0.0105, time: 2000 }), car('b', { lng: 0.012 }))), 0);
  const at = (lng: number, nowMs: number): number | undefined => hitSlot(table, { lng, lat: 51.5 }, 15, nowMs, () => true);
  assert.equal(at(0.01, 0), table.slotOf('a'));
  assert.equal(at(0.01, 5000), undefined);
  assert.equal(at(0.0105, 5000), table.slotOf('a'));
  assert.equal(at(0.02, 5000), undefined);
});

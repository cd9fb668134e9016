import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vehicle } from '@ridetracker/rider-client';
import { countsOf, fleetGeoJson } from './fleet.js';

const cars: Vehicle[] = [
  { id: 'a', lat: 1, lng: 2, time: 1, status: 'idle', heading: 90 },
  { id: 'b', lat: 1, lng: 2, time: 1, status: 'busy' },
  { id: 'c', lat: 1, lng: 2, time: 1, status: 'busy', stale: true, heading: 10 },
];

test('a stale car counts as stale only', () => {
  assert.deepEqual(countsOf(cars), { all: 3, idle: 1, busy: 1, stale: 1 });
});

test('the mark says what the car does and whether its heading is known', () => {
  const { features } = fleetGeoJson(cars, 'all', 'b');
  assert.deepEqual(features.map((feature) => feature.properties?.['mark']), ['idle-arrow', 'busy-disc', 'stale-arrow']);
  assert.deepEqual(features.map((feature) => feature.properties?.['selected']), [false, true, false]);
});

test('a filter leaves the others out', () => {
  assert.deepEqual(fleetGeoJson(cars, 'busy', undefined).features.map((feature) => feature.properties?.['id']), ['b']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vehicle } from '@ridetracker/rider-client';
import { countsOf, fleetGeoJson } from './fleet.js';
import { Glide } from './glide.js';

const cars: Vehicle[] = [
  { id: 'a', lat: 1, lng: 2, time: 1, status: 'idle', heading: 90 },
  { id: 'b', lat: 1, lng: 2, time: 1, status: 'busy' },
  { id: 'c', lat: 1, lng: 2, time: 1, status: 'busy', stale: true, heading: 10 },
];

test('a stale car counts as stale only', () => {
  assert.deepEqual(countsOf(cars), { all: 3, idle: 1, busy: 1, stale: 1 });
});

test('the mark says what the car does and whether its heading is known', () => {
  const { features } = fleetGeoJson(cars, ({ lng, lat, heading }) => ({ lng, lat, heading }));
  assert.deepEqual(features.map((feature) => feature.properties?.['mark']), ['idle-arrow', 'busy-disc', 'stale-arrow']);
});

const at = (lng: number, heading: number, time: number): Vehicle => ({ id: 'a', lat: 44.5, lng, time, status: 'busy', heading });

test('a car glides from where it was drawn to where it is, the short way round', () => {
  const glide = new Glide();
  glide.set([at(-30, 350, 0)], 0);
  glide.set([at(-29.999, 20, 1000)], 1000);
  assert.deepEqual(glide.whereOf(at(-29.999, 20, 1000), 1000), { lng: -30, lat: 44.5, heading: 350 });
  const half = glide.whereOf(at(-29.999, 20, 1000), 1500);
  assert.ok(Math.abs(half.lng - -29.9995) < 1e-9);
  assert.ok(Math.abs((half.heading ?? 0) - 5) < 1e-9);
  assert.deepEqual(glide.whereOf(at(-29.999, 20, 1000), 9000), { lng: -29.999, lat: 44.5, heading: 20 });
  assert.equal(glide.isMoving(1500), true);
  assert.equal(glide.isMoving(9000), false);
});

test('a car that is suddenly far away is there at once', () => {
  const glide = new Glide();
  glide.set([at(-30, 0, 0)], 0);
  glide.set([at(-29.9, 0, 1000)], 1000);
  assert.equal(glide.whereOf(at(-29.9, 0, 1000), 1000).lng, -29.9);
});

test('a car that is gone is forgotten', () => {
  const glide = new Glide();
  glide.set([at(-30, 0, 0)], 0);
  glide.set([], 1000);
  assert.equal(glide.size, 0);
});

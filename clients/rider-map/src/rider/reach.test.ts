import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ahead, lengthMeters, type LngLat } from '../map/geo.js';
import { reachMeters, Streets } from './reach.js';

const middle: LngLat = { lng: -122.42, lat: 37.77 };

function place(east: number, north: number): [number, number] {
  const at = ahead(ahead(middle, 90, east), 0, north);
  return [at.lng, at.lat];
}

function street(line: [number, number][], properties: object = {}): GeoJSON.Feature {
  return {
    type: 'Feature',
    geometry: { type: 'LineString', coordinates: line },
    properties: { highway: 'residential', ...properties },
  };
}

/** A cross: east and west 300 m, north 300 m one way away from the middle, south 300 m one way towards it. */
const cross = new Streets({
  type: 'FeatureCollection',
  features: [
    street([place(-300, 0), place(0, 0), place(300, 0)]),
    street([place(0, 0), place(0, 300)], { oneway: true }),
    street([place(0, -300), place(0, 0)], { oneway: true }),
    street([place(0, 0), place(200, 200)], { highway: 'footway' }),
  ],
});

function total(meters: number, from: LngLat = middle, heading?: number): number {
  // A street that is reached from both its ends is in there twice.
  const lines = new Map(cross.within(from, heading, meters).map(({ line }) => [JSON.stringify(line), line]));
  return Math.round([...lines.values()].reduce((sum, line) => sum + lengthMeters(line), 0));
}

test('a car can be on every street that leads away, and on no one-way against its direction', () => {
  assert.equal(total(100), 300);
});

test('a heading leaves the way back out', () => {
  const [lng, lat] = place(-50, 0);
  // 50 m to the crossing, then 50 m east and 50 m north; at the crossing no turning round.
  assert.equal(total(100, { lng, lat }, 90), 200);
});

test('nothing is reached in no time, nor from where there is no street', () => {
  assert.equal(total(0), 0);
  const [lng, lat] = place(150, 150);
  assert.equal(total(100, { lng, lat }), 0);
});

test('shares grow from the car to the edge', () => {
  const shares = cross.within(middle, undefined, 250).map(({ share }) => share);
  assert.ok(shares.every((share) => share >= 0 && share <= 1));
});

test('the area grows with the last speed within limits', () => {
  assert.equal(reachMeters(10, 30_000), 300);
  assert.equal(reachMeters(0, 10_000), 40);
  assert.equal(reachMeters(undefined, 10_000), 40);
  assert.equal(reachMeters(40, 10_000), 140);
  assert.equal(reachMeters(14, 3_600_000), 1500);
});

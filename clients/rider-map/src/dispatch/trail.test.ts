import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Trail } from './trail.js';

const now = 10_000_000;
const collection = (...fixes: readonly (readonly [secondsAgo: number, lng: number, speed?: number])[]): GeoJSON.FeatureCollection => ({
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      geometry: { type: 'LineString', coordinates: fixes.map(([, lng]) => [lng, 0]) },
      properties: { coordTimes: fixes.map(([ago]) => now - ago * 1000), speed: fixes.map(([, , speed]) => speed ?? null), heading: fixes.map(() => null) },
    },
  ],
});

function trailOf(...fixes: (readonly [secondsAgo: number, lng: number, speed?: number])[]): Trail {
  const trail = new Trail();
  trail.add(collection(...fixes), now);
  return trail;
}

test('between two fixes the car is on the line, in a gap where it was last', () => {
  const trail = trailOf([300, 0, 5], [290, 0.001, 7], [20, 0.01, 5]);
  assert.ok(Math.abs(trail.at(now - 295_000)!.lng - 0.0005) < 1e-9);
  assert.equal(trail.at(now - 295_000)!.speed, 6);
  assert.deepEqual([trail.at(now - 100_000)!.lng, trail.at(now - 100_000)!.unknown], [0.001, true]);
  assert.equal(trail.at(now - 400_000), undefined);
  assert.equal(trail.at(now)!.lng, 0.01);
});

test('a gap begins a new line and leaves the chart blank', () => {
  const trail = trailOf([300, 0, 5], [290, 0.001, 5], [20, 0.01, 5], [10, 0.011, 5]);
  assert.deepEqual(trail.lines(0, now).map((line) => line.length > 1), [true, true]);
  const speeds = trail.speeds(now - 300_000, now, 30);
  assert.equal(speeds[0], 5);
  assert.equal(speeds[15], undefined);
});

test('speed and heading that a phone did not tell come from the places', () => {
  const trail = trailOf([20, 0], [10, 0.001]);
  const last = trail.fixes[1]!;
  assert.ok(Math.abs(last.speed - 11.1) < 0.1);
  assert.equal(Math.round(last.heading!), 90);
});

test('what is older than half an hour is forgotten, what is there already not taken twice', () => {
  const trail = trailOf([1900, 0, 5], [60, 0.001, 5]);
  assert.equal(trail.fixes.length, 1);
  trail.add(collection([60, 0.001, 5], [50, 0.002, 5]), now);
  assert.equal(trail.fixes.length, 2);
});

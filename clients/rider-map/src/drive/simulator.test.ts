import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceMeters } from '../map/geo.js';
import { Streets } from '../rider/reach.js';
import { SimulatedCar } from './simulator.js';

const start = { lng: -30, lat: 44.5 };
const corner = { lng: -29.995, lat: 44.5 };
const end = { lng: -29.995, lat: 44.503 };

test('the simulated car goes along its way to the end, no faster than a town allows, and stands there', () => {
  const car = new SimulatedCar(start);
  car.drive([start, corner, end]);
  let fastest = 0;
  let nearCorner = Infinity;
  for (let i = 0; i < 400 && car.way.length > 0; i++) {
    car.step(0.5);
    fastest = Math.max(fastest, car.speed);
    nearCorner = Math.min(nearCorner, distanceMeters(car.at, corner));
  }
  car.step(0.5);
  assert.ok(fastest <= 13 && fastest > 8, `${fastest} m/s`);
  assert.ok(nearCorner < 4, `${nearCorner} m`);
  assert.ok(distanceMeters(car.at, end) < 1);
  assert.equal(car.speed, 0);
});

test('a way keeps one-ways, and goes round where it must', () => {
  const street = (oneway: boolean, ...coordinates: [number, number][]): GeoJSON.Feature => ({
    type: 'Feature',
    properties: { highway: 'residential', ...(oneway ? { oneway } : {}) },
    geometry: { type: 'LineString', coordinates },
  });
  const streets = new Streets({
    type: 'FeatureCollection',
    features: [street(true, [-30, 44.5], [-29.99, 44.5]), street(false, [-29.99, 44.5], [-29.99, 44.51], [-30, 44.51], [-30, 44.5])],
  });
  const back = streets.way({ lng: -29.99, lat: 44.5 }, { lng: -30, lat: 44.5001 });
  assert.ok(back.some(({ lat }) => lat === 44.51), 'it goes round the block');
  const there = streets.way({ lng: -29.9999, lat: 44.5 }, { lng: -29.9901, lat: 44.5 });
  assert.ok(there.every(({ lat }) => lat === 44.5), 'it takes the one-way street in its direction');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTripFold } from './trip-fold.js';
import type { TripState } from './types.js';

function state(cursor: string, time: number | undefined, more: Partial<TripState> = {}): TripState {
  return {
    cursor,
    trip: 't_1',
    status: 'enroute-to-pickup',
    version: 1,
    driver: { name: 'Maya', plate: '8KTR 214' },
    ...(time === undefined ? {} : { vehicle: { lat: 1, lng: time, time } }),
    ...more,
  };
}

test('newer states pass', () => {
  const fold = createTripFold();
  assert.equal(fold.accept(state('a', 1))?.vehicle?.time, 1);
  assert.equal(fold.accept(state('b', 2))?.vehicle?.time, 2);
});

test('the same state twice is no news, unless it is a reset', () => {
  const fold = createTripFold();
  fold.accept(state('a', 1));
  assert.equal(fold.accept(state('a', 1)), undefined);
  assert.ok(fold.accept(state('a', 1, { reset: true })));
});

test('an older fix never passes', () => {
  const fold = createTripFold();
  fold.accept(state('b', 2000));
  assert.equal(fold.accept(state('a', 1000)), undefined);
  assert.equal(fold.accept(state('x', 1000, { reset: true })), undefined);
});

test('the same fix with other news passes', () => {
  const fold = createTripFold();
  fold.accept(state('a', 1000));
  assert.equal(fold.accept(state('b', 1000, { stale: true }))?.stale, true);
});

test('a change of the trip passes with the car where it was last seen', () => {
  const fold = createTripFold();
  fold.accept(state('a', 2000));
  const next = fold.accept(state('b', 1000, { version: 2, status: 'complete' }));
  assert.equal(next?.status, 'complete');
  assert.equal(next?.vehicle?.time, 2000);
});

test('another driver with an older fix is shown without a car until it reports', () => {
  const fold = createTripFold();
  fold.accept(state('a', 2000));
  const other = { version: 2, driver: { name: 'Tomás', plate: '7XLB 902' } };
  assert.equal(fold.accept(state('b', 1000, other))?.vehicle, undefined);
  assert.equal(fold.accept(state('c', 3000, other))?.vehicle?.time, 3000);
});

test('time does not go back over a state without a car', () => {
  const fold = createTripFold();
  fold.accept(state('a', 2000));
  fold.accept(state('b', undefined, { version: 2 }));
  assert.equal(fold.accept(state('c', 1000, { version: 2 })), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxOf } from './geo.js';

test('a view that the map was pushed round the world to is the box that it shows', () => {
  assert.deepEqual(boxOf(-10, 40, 10, 50), [-10, 40, 10, 50]);
  assert.deepEqual(boxOf(530, 40, 550, 50), [170, 40, -170, 50]);
  assert.deepEqual(boxOf(-190, 40, -170, 50), [170, 40, -170, 50]);
  assert.deepEqual(boxOf(170, 40, 180, 50), [170, 40, 180, 50]);
});

test('a view wider than the world is all of it', () => {
  assert.deepEqual(boxOf(-400, -80, 300, 80), [-180, -80, 180, 80]);
});

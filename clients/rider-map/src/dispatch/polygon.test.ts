import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bordersCross, crossesItself, isInside, topOf } from './polygon.js';
import { ZonePen } from './zone-pen.js';
import { newZoneId, type Zone } from './zones.js';

const square = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]] as const;

test('a place in a hole is not inside, one in another polygon is', () => {
  const hole = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]] as const;
  const other = [[10, 0], [11, 0], [11, 1], [10, 0]] as const;
  assert.equal(isInside([[square]], 3, 3), true);
  assert.equal(isInside([[square, hole]], 1.5, 1.5), false);
  assert.equal(isInside([[square], [other]], 10.8, 0.5), true);
  assert.equal(isInside([[square]], 5, 1), false);
});

test('a border that crosses itself is found', () => {
  assert.equal(crossesItself([[0, 0], [4, 0], [4, 4], [0, 4]]), false);
  assert.equal(crossesItself([[0, 0], [4, 4], [4, 0], [0, 4]]), true);
});

test('two borders that cut each other are found, two that only touch are left to the server', () => {
  const outer = [[0, 0], [4, 0], [4, 4], [0, 4]] as const;
  assert.equal(bordersCross([outer, [[1, 1], [1, 2], [2, 2]]]), false);
  assert.equal(bordersCross([outer, [[1, 1], [1, 5], [2, 2]]]), true);
  assert.equal(bordersCross([outer, [[1, 1], [1, 4], [2, 2]]]), false);
});

test('a label stands on the northern edge', () => {
  assert.deepEqual(topOf([[square]]), [2, 4]);
});

test('a pen may be closed with three corners that do not cross, and undo goes back through all', () => {
  const pen = new ZonePen();
  pen.add([0, 0]);
  pen.add([4, 0]);
  assert.equal(pen.fault, '1 more corner');
  pen.add([4, 4]);
  assert.equal(pen.fault, undefined);
  assert.deepEqual(pen.ring, [[0, 0], [4, 0], [4, 4], [0, 0]]);
  pen.add([4, -1]);
  assert.match(pen.fault ?? '', /crosses/);
  pen.undo();
  assert.deepEqual([pen.fault, pen.corners.length], [undefined, 3]);
});

test('a new zone gets an id of its name that no other has', () => {
  const taken = [{ id: 'altes-depot' }] as unknown as Zone[];
  assert.equal(newZoneId('Altes Depot', taken), 'altes-depot-2');
  assert.equal(newZoneId('Café', taken), 'cafe');
  assert.equal(newZoneId('?!', []), 'zone');
});

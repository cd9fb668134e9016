import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './api.js';
import { handlesLimit, lockOf, ZoneShape, type Polygons } from './zone-shape.js';
import { faultWords, shapeWords } from './zone-words.js';

const square = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]] as const;
const hole = [[1, 1], [1, 3], [3, 3], [3, 1], [1, 1]] as const;
const other = [[6, 0], [8, 0], [8, 2], [6, 0]] as const;

test('what is not touched is saved as it was read', () => {
  const polygons: Polygons = [[square, hole], [other]];
  const shape = new ZoneShape(polygons);
  assert.deepEqual(shape.polygons, polygons);
  assert.equal(shape.changed, false);
  shape.move({ ring: 1, index: 2 }, [2.5, 2.5]);
  assert.deepEqual(shape.polygons, [[square, [[1, 1], [1, 3], [2.5, 2.5], [3, 1], [1, 1]]], [other]]);
  assert.equal(shape.changed, true);
});

test('the first corner stands at both ends of its ring', () => {
  const shape = new ZoneShape([[square]]);
  shape.move({ ring: 0, index: 0 }, [-1.23456789, 0.5]);
  assert.deepEqual(shape.polygons[0]![0], [[-1.234568, 0.5], [4, 0], [4, 4], [0, 4], [-1.234568, 0.5]]);
});

test('a new corner lies on the line that the map draws between its neighbours, also between the last and the first', () => {
  const shape = new ZoneShape([[[[0, 0], [10, 0], [10, 60], [0, 60], [0, 0]]]]);
  // The line on the map is straight in Mercator: its middle lies north of the mean of the latitudes.
  const [lng, lat] = shape.middle({ ring: 0, index: 1 })!;
  assert.equal(lng, 10);
  assert.ok(lat > 35 && lat < 36, String(lat));
  assert.equal(shape.split({ ring: 0, index: 3 }), true);
  assert.deepEqual(shape.rings[0]!.length, 5);
  assert.equal(shape.at({ ring: 0, index: 4 })![0], 0);
  assert.deepEqual(shape.at({ ring: 0, index: 0 }), [0, 0]);
});

test('a ring keeps three corners', () => {
  const shape = new ZoneShape([[square]]);
  assert.equal(shape.remove({ ring: 0, index: 1 }), true);
  assert.deepEqual(shape.rings[0], [[0, 0], [4, 4], [0, 4]]);
  assert.equal(shape.canRemove({ ring: 0, index: 0 }), false);
  assert.equal(shape.remove({ ring: 0, index: 0 }), false);
});

test('a drag is one step back, and so is a corner that was dragged out of a line', () => {
  const shape = new ZoneShape([[square]]);
  for (const lng of [-1, -2, -3]) shape.move({ ring: 0, index: 0 }, [lng, 0], 'drag 1');
  shape.split({ ring: 0, index: 0 }, 'drag 2');
  for (const lat of [-1, -2]) shape.move({ ring: 0, index: 1 }, [1, lat], 'drag 2');
  assert.equal(shape.undo(), true);
  assert.deepEqual(shape.rings[0]!.slice(0, 2), [[-3, 0], [4, 0]]);
  assert.equal(shape.undo(), true);
  assert.deepEqual(shape.polygons, [[square]]);
  assert.deepEqual([shape.changed, shape.canUndo, shape.undo()], [false, false, false]);
});

test('steps back are kept to a hundred', () => {
  const shape = new ZoneShape([[square]]);
  for (let i = 1; i <= 150; i++) shape.move({ ring: 0, index: 0 }, [-i, 0]);
  let steps = 0;
  while (shape.undo()) steps++;
  assert.equal(steps, 100);
});

test('a border that is pulled over itself or over its hole is known', () => {
  const shape = new ZoneShape([[square, hole]]);
  assert.equal(shape.crosses, false);
  shape.move({ ring: 0, index: 2 }, [1.5, 1.5]);
  assert.equal(shape.crosses, true);
  assert.match(shapeWords({ crosses: true, takes: false, byFinger: false }), /crosses itself/);
});

test('corners are told apart by border, hole and part', () => {
  const name = (polygons: Polygons, ring: number): string => new ZoneShape(polygons).nameOf({ ring, index: 1 });
  assert.equal(name([[square]], 0), 'Corner 2 of 4');
  assert.deepEqual([0, 1].map((ring) => name([[square, hole]], ring)), ['Corner 2 of 4, outer border', 'Corner 2 of 4, hole']);
  assert.deepEqual([0, 1, 2].map((ring) => name([[square, hole, hole]], ring)), ['Corner 2 of 4, outer border', 'Corner 2 of 4, hole 1', 'Corner 2 of 4, hole 2']);
  assert.deepEqual([0, 1, 2].map((ring) => name([[square, hole], [other]], ring)), ['Corner 2 of 4, part 1', 'Corner 2 of 4, hole in part 1', 'Corner 2 of 3, part 2']);
});

test('a border of too many corners, or across the date line, is locked in words', () => {
  const many = Array.from({ length: handlesLimit + 1 }, (_, i) => [Math.cos((i * 2 * Math.PI) / (handlesLimit + 1)), Math.sin((i * 2 * Math.PI) / (handlesLimit + 1))] as const);
  assert.equal(lockOf([[square, hole], [other]]), undefined);
  assert.match(lockOf([[[...many, many[0]!]]]) ?? '', /201 corners/);
  assert.match(lockOf([[[[179, 0], [180, 0], [180, 1], [179, 0]]], [[[-180, 0], [-179, 0], [-180, 1], [-180, 0]]]]) ?? '', /date line/);
  const full = new ZoneShape([[[...many.slice(1), many[1]!]]]);
  assert.equal(full.split({ ring: 0, index: 0 }), false);
  assert.equal(full.count, handlesLimit);
});

test('what the server finds wrong with a border is said without the names of GeoJSON', () => {
  const words = (detail: string): string => faultWords(new ApiError(400, { type: '/problems/malformed-body', detail }));
  assert.match(words('geometry: its border cuts or touches itself at [1, 2]'), /^The border crosses or touches itself\. Move/);
  assert.match(words('geometry.coordinates: its border cuts or touches itself at [1, 2]; do two of its polygons overlap?'), /^The parts of this zone overlap/);
  assert.match(words('geometry: a hole lies outside of the outer ring at [1, 2]'), /^A hole of this zone lies outside/);
  assert.match(words('properties.name is too long'), /properties\.name/);
});

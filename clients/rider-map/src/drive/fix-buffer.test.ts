import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DriverFix } from './fix.js';
import { FixBuffer, usualLimits } from './fix-buffer.js';

const fix = (time: number): DriverFix => ({ time, lat: 1, lng: 2 });
const times = (fixes: readonly DriverFix[] | undefined): number[] | undefined => fixes?.map(({ time }) => time);

function filled(...at: number[]): FixBuffer {
  const buffer = new FixBuffer({ ...usualLimits, reportFixes: 3, reports: 2 });
  for (const time of at) buffer.add(fix(time));
  return buffer;
}

test('after a connect the newest fix goes first and alone, then the rest, oldest first', () => {
  const buffer = filled(1, 2, 3, 4, 5);
  buffer.begin();
  assert.deepEqual(times(buffer.take()), [5]);
  assert.deepEqual(times(buffer.take()), [1, 2, 3]);
});

test('one fix alone is its own newest', () => {
  const buffer = filled(1);
  buffer.begin();
  buffer.add(fix(2));
  assert.deepEqual(times(buffer.take()), [1, 2]);
});

test('no more reports are under way than allowed', () => {
  const buffer = filled(1, 2, 3, 4, 5, 6, 7);
  buffer.take();
  buffer.take();
  assert.equal(buffer.take(), undefined);
  buffer.settle(1, [], 0);
  assert.deepEqual(times(buffer.take()), [7]);
});

test('an ack settles all reports up to its number, and fixes stay until then', () => {
  const buffer = filled(1, 2, 3, 4);
  buffer.take();
  buffer.take();
  assert.equal(buffer.unsettled, 4);
  const { taken } = buffer.settle(2, [], 0);
  assert.deepEqual(times(taken), [1, 2, 3, 4]);
  assert.equal(buffer.unsettled, 0);
});

test('a refused fix is settled with its reason and never sent again', () => {
  const buffer = filled(1, 2);
  buffer.take();
  const { taken, refused } = buffer.settle(1, [{ report: 1, index: 1, reason: 'jump' }], 0);
  assert.deepEqual(times(taken), [1]);
  assert.deepEqual(refused, [{ fix: fix(2), reason: 'jump' }]);
  buffer.sendSettledAgain(0);
  assert.deepEqual(times(buffer.take()), [1]);
});

test('what was under way when the connection was lost is sent again, with new numbers', () => {
  const buffer = filled(1, 2, 3, 4);
  buffer.take();
  buffer.begin();
  assert.deepEqual(times(buffer.take()), [4]);
  assert.deepEqual(times(buffer.take()), [1, 2, 3]);
  assert.deepEqual(times(buffer.settle(2, [], 0).taken), [4, 1, 2, 3]);
});

test('a server that settles what was never sent is not believed', () => {
  const buffer = filled(1);
  buffer.take();
  assert.throws(() => buffer.settle(2, [], 0), RangeError);
});

test('another hub gets the last minute again, apart from what is new, and it does not count as unsettled', () => {
  const buffer = filled(1, 2);
  buffer.take();
  buffer.settle(1, [], 1_000);
  buffer.add(fix(3));
  buffer.sendSettledAgain(60_000);
  assert.equal(buffer.unsettled, 1);
  assert.deepEqual(times(buffer.take()), [1, 2]);
  assert.deepEqual(times(buffer.take()), [3]);
});

test('what was settled longer ago than the window is not sent again', () => {
  const buffer = filled(1);
  buffer.take();
  buffer.settle(1, [], 1_000);
  buffer.sendSettledAgain(62_000);
  assert.equal(buffer.take(), undefined);
});

test('a full buffer drops the oldest waiting fix, says which, and counts it', () => {
  const buffer = new FixBuffer({ ...usualLimits, capacity: 2 });
  assert.deepEqual(buffer.add(fix(1)), []);
  buffer.add(fix(2));
  assert.deepEqual(times(buffer.add(fix(3))), [1]);
  assert.equal(buffer.dropped, 1);
  assert.equal(buffer.unsettled, 2);
});

test('what an earlier page left is sent with the rest, by time', () => {
  const buffer = filled(10);
  buffer.restore([fix(3), fix(2)], [{ fix: fix(1), atMs: 500 }]);
  assert.equal(buffer.unsettled, 3);
  assert.deepEqual(times(buffer.take()), [2, 3, 10]);
  buffer.sendSettledAgain(600);
  assert.deepEqual(times(buffer.take()), [1]);
});

test('an ack without a number of reports settles nothing', () => {
  const buffer = filled(1);
  buffer.take();
  assert.throws(() => buffer.settle(undefined as unknown as number, [], 0), RangeError);
  assert.equal(buffer.unsettled, 1);
});

test('repeats for another hub keep the buffer from being empty', () => {
  const buffer = filled(1);
  buffer.take();
  buffer.settle(1, [], 0);
  assert.equal(buffer.empty, true);
  buffer.sendSettledAgain(0);
  assert.deepEqual([buffer.unsettled, buffer.empty, buffer.repeats], [0, false, true]);
  buffer.take();
  assert.equal(buffer.repeats, true);
  buffer.settle(2, [], 0);
  assert.deepEqual([buffer.empty, buffer.repeats], [true, false]);
});

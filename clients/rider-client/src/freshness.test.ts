import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJudge, medianTime, skewMs } from './freshness.js';
import type { Vehicle } from './types.js';

function car(time: number, speed?: number, stale?: boolean): Vehicle {
  return { id: `${time}`, lat: 0, lng: 0, time, status: 'busy', ...(speed !== undefined && { speed }), ...(stale && { stale }) };
}

test('the clock is taken to have been read half-way through the question', () => {
  assert.equal(skewMs(10_500, 9_000, 9_400), 1300);
  assert.equal(skewMs(9_000, 9_900, 10_100), -1000);
});

test('a clock that took long to answer is not believed', () => {
  assert.equal(skewMs(10_000, 0, 4001), undefined);
});

test('a viewport is as old as the middle one of its moving cars', () => {
  assert.equal(medianTime([car(300, 9), car(100, 9), car(200, 9)]), 200);
});

test('cars that stand, are silent or do not tell their speed say nothing of a viewport’s age', () => {
  assert.equal(medianTime([car(1, 0), car(2, 9, true), car(3), car(500, 5)]), 500);
  assert.equal(medianTime([car(1, 0)]), undefined);
  assert.equal(medianTime([]), undefined);
});

test('a picture within its age is no reason to ask', () => {
  const judge = createJudge();
  assert.equal(judge.wants(4000, 1000, 0), false);
  assert.equal(judge.wants(6001, 1000, 0), true);
  assert.equal(judge.wants(6001, 5000, 0), false);
});

test('a strategy that is behind twice in a row has lost its place', () => {
  const judge = createJudge();
  assert.equal(judge.behind(true, 0), false);
  assert.equal(judge.behind(false, 0), false);
  assert.equal(judge.behind(true, 0), false);
  assert.equal(judge.behind(true, 0), true);
});

test('the next strategy begins without a stain', () => {
  const judge = createJudge();
  judge.behind(true, 0);
  judge.behind(true, 0);
  assert.equal(judge.behind(true, 0), false);
});

test('a car that is silent by itself is asked after less and less', () => {
  const judge = createJudge();
  const asked: number[] = [];
  for (let ms = 0; ms < 300_000; ms += 2000) {
    if (!judge.wants(60_000, 1000, ms)) continue;
    asked.push(ms);
    judge.behind(false, ms);
  }
  assert.deepEqual(asked, [0, 4000, 12_000, 28_000, 60_000, 120_000, 180_000, 240_000]);
});

test('after fresh pictures the first doubt is looked into at once again', () => {
  const judge = createJudge();
  judge.behind(false, 0);
  judge.behind(false, 4000);
  assert.equal(judge.wants(9000, 1000, 5000), false);
  judge.wants(500, 1000, 6000);
  assert.equal(judge.wants(9000, 1000, 7000), true);
});

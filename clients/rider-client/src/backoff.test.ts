import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullJitterMs, retryAfterMs } from './backoff.js';

const options = { baseMs: 1000, capMs: 30_000 };

test('the ceiling doubles with each failure up to the cap', () => {
  assert.deepEqual([1, 2, 3, 6, 100].map((n) => fullJitterMs(n, 1, options)), [1000, 2000, 4000, 30_000, 30_000]);
});

test('the wait is anywhere between nothing and the ceiling', () => {
  assert.equal(fullJitterMs(3, 0, options), 0);
  assert.equal(fullJitterMs(3, 0.5, options), 2000);
});

test('Retry-After is read as seconds and as a date', () => {
  assert.equal(retryAfterMs('7', 0), 7000);
  assert.equal(retryAfterMs('Thu, 01 Jan 1970 00:01:00 GMT', 20_000), 40_000);
  assert.equal(retryAfterMs('Thu, 01 Jan 1970 00:00:00 GMT', 20_000), 0);
  assert.equal(retryAfterMs('soon', 0), undefined);
  assert.equal(retryAfterMs(null, 0), undefined);
});

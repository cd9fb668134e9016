import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOfClose, outcomeOfEnd, outcomeOfStatus } from './outcome.js';

function ended(outcome: ReturnType<typeof outcomeOfEnd>): string | undefined {
  return outcome.kind === 'end' ? outcome.end.reason : outcome.kind;
}

test('an end event is final, but for an expired token', () => {
  assert.equal(ended(outcomeOfEnd('trip-complete')), 'trip-complete');
  assert.equal(ended(outcomeOfEnd('trip-canceled')), 'trip-canceled');
  assert.equal(ended(outcomeOfEnd('token-revoked')), 'token-revoked');
  assert.equal(ended(outcomeOfEnd('token-expired')), 'token');
});

test('close codes follow the table of the protocol', () => {
  const table: [number, string, string | undefined][] = [
    [1000, 'trip-complete', 'trip-complete'],
    [1000, 'trip-canceled', 'trip-canceled'],
    [1008, 'protocol-breach', 'refused'],
    [1009, 'too-big', 'refused'],
    [4403, 'not-allowed', 'forbidden'],
    [4403, 'token-revoked', 'token-revoked'],
    [4401, 'token-expired', 'token'],
    [1001, 'draining', 'told'],
    [1013, 'overloaded', 'told'],
    [4408, 'too-slow', 'dropped'],
    [1006, '', 'dropped'],
    [1011, '', 'dropped'],
  ];
  for (const [code, reason, expected] of table) {
    assert.equal(ended(outcomeOfClose(code, reason, undefined)), expected, `${code} ${reason}`);
  }
});

test('a drain names the wait, whatever the close code', () => {
  assert.deepEqual(outcomeOfClose(1001, 'draining', 4000), { kind: 'told', retryMs: 4000 });
  assert.deepEqual(outcomeOfClose(1006, '', 4000), { kind: 'told', retryMs: 4000 });
});

test('an HTTP status is final, a new token, a wait or a reason to try another way', () => {
  const table: [number, string][] = [
    [400, 'refused'],
    [401, 'token'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [410, 'trip-over'],
    [406, 'unreachable'],
    [408, 'unreachable'],
    [429, 'told'],
    [500, 'unreachable'],
    [502, 'unreachable'],
    [503, 'told'],
    [302, 'unreachable'],
  ];
  for (const [code, expected] of table) assert.equal(ended(outcomeOfStatus(code, undefined, {})), expected, `${code}`);
  assert.deepEqual(outcomeOfStatus(503, 3000, {}), { kind: 'told', retryMs: 3000 });
});

test('410 tells how the trip ended, under whatever name', () => {
  assert.equal(ended(outcomeOfStatus(410, undefined, { status: 410, tripStatus: 'canceled' })), 'trip-canceled');
  assert.equal(ended(outcomeOfStatus(410, undefined, { status: 'complete' })), 'trip-complete');
});

test('the detail of a problem is kept', () => {
  const outcome = outcomeOfStatus(404, undefined, { detail: 'no such trip' });
  assert.deepEqual(outcome, { kind: 'end', end: { reason: 'not-found', detail: 'no such trip' } });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TripState } from '@ridetracker/rider-client';
import { phaseOf, type Situation } from './phase.js';

const state: TripState = {
  cursor: 'a',
  trip: 't_1',
  status: 'enroute-to-pickup',
  version: 1,
  vehicle: { lat: 1, lng: 1, time: 1 },
  nextUpdateMs: 1000,
};

function phase(more: Partial<Situation>, nowMs = 100_000): string {
  const situation: Situation = {
    state,
    stateAtMs: 99_000,
    connection: 'live',
    cutSinceMs: undefined,
    end: undefined,
    online: true,
    ...more,
  };
  return phaseOf(situation, nowMs);
}

test('the status of a live trip is its phase', () => {
  assert.equal(phase({}), 'coming');
  assert.equal(phase({ state: { ...state, status: 'arrived-at-pickup' } }), 'here');
  assert.equal(phase({ state: { ...state, status: 'enroute-to-dropoff' } }), 'riding');
  const { vehicle: _, ...carless } = state;
  assert.equal(phase({ state: { ...carless, status: 'new' } }), 'new');
  assert.equal(phase({ state: { ...carless, eta: { seconds: 540 } } }), 'queued');
  assert.equal(phase({ state: carless }), 'unseen');
  assert.equal(phase({ state: { ...state, status: 'complete' } }), 'ended');
  assert.equal(phase({ state: { ...state, status: 'canceled' } }), 'cancelled');
});

test('stale is what the server calls so, or nothing for 10 s past the announced update', () => {
  assert.equal(phase({ state: { ...state, stale: true } }), 'stale');
  assert.equal(phase({ stateAtMs: 89_000 }), 'coming');
  assert.equal(phase({ stateAtMs: 88_999 }), 'stale');
});

test('states that come in time are stale all the same where the car in them is old', () => {
  assert.equal(phase({ heardAtMs: 89_000 }), 'coming');
  assert.equal(phase({ heardAtMs: 88_999 }), 'stale');
});

test('an old picture without a connection is no silent driver: a tab that comes back reconnects', () => {
  assert.equal(phase({ stateAtMs: 20_000, connection: 'connecting', cutSinceMs: 99_900 }), 'reconnecting');
  assert.equal(phase({ stateAtMs: 20_000, connection: 'paused' }), 'reconnecting');
});

test('a cut shows after 3 s and is an error after 20 s', () => {
  assert.equal(phase({ connection: 'connecting', cutSinceMs: 97_000 }), 'coming');
  assert.equal(phase({ connection: 'connecting', cutSinceMs: 96_999 }), 'reconnecting');
  assert.equal(phase({ connection: 'waiting', cutSinceMs: 79_999 }), 'error');
});

test('before the first state it is loading, and an error once the tries fail', () => {
  assert.equal(phase({ state: undefined, connection: 'connecting', cutSinceMs: 99_000 }), 'loading');
  assert.equal(phase({ state: undefined, connection: 'waiting', cutSinceMs: 96_000 }), 'error');
});

test('offline beats a cut, and the end beats all', () => {
  assert.equal(phase({ online: false, cutSinceMs: 1 }), 'offline');
  assert.equal(phase({ online: false, end: { reason: 'trip-complete', status: 'complete' } }), 'ended');
});

test('an end says why', () => {
  assert.equal(phase({ end: { reason: 'trip-canceled', status: 'canceled' } }), 'cancelled');
  assert.equal(phase({ end: { reason: 'trip-over' } }), 'ended');
  for (const reason of ['token-expired', 'token-revoked', 'unauthorized', 'forbidden', 'not-found'] as const) {
    assert.equal(phase({ end: { reason } }), 'revoked', reason);
  }
  assert.equal(phase({ end: { reason: 'refused' } }), 'error');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vehicle, ViewportState } from './types.js';
import { createViewportFold } from './viewport-fold.js';

function car(id: string, time: number, more: Partial<Vehicle> = {}): Vehicle {
  return { id, lat: time, lng: time, time, status: 'idle', ...more };
}

function ids(state: ViewportState | undefined): string[] {
  return [...(state?.vehicles.keys() ?? [])].sort();
}

test('the interval that was asked for says when to expect the next', () => {
  const message = { cursor: '1', whole: true };
  assert.equal(createViewportFold(5000).accept(message)?.nextUpdateMs, 5000);
  assert.equal(createViewportFold().accept(message)?.nextUpdateMs, undefined);
});

test('changes are merged into the whole', () => {
  const fold = createViewportFold();
  fold.accept({ cursor: '1', whole: true, vehicles: [car('a', 1), car('b', 1)] });
  const state = fold.accept({ cursor: '2', vehicles: [car('b', 2), car('c', 2)], gone: ['a'] });
  assert.deepEqual(ids(state), ['b', 'c']);
  assert.equal(state?.vehicles.get('b')?.time, 2);
});

test('a whole message replaces everything', () => {
  const fold = createViewportFold();
  fold.accept({ cursor: '1', whole: true, vehicles: [car('a', 1), car('b', 1)] });
  assert.deepEqual(ids(fold.accept({ cursor: '2', whole: true, vehicles: [car('c', 2)] })), ['c']);
});

test('a state that was handed out does not change later', () => {
  const fold = createViewportFold();
  const first = fold.accept({ cursor: '1', whole: true, vehicles: [car('a', 1)] });
  fold.accept({ cursor: '2', gone: ['a'] });
  assert.deepEqual(ids(first), ['a']);
});

test('an older fix moves no car back, but its status counts', () => {
  const fold = createViewportFold();
  fold.accept({ cursor: '1', whole: true, vehicles: [car('a', 5)] });
  const state = fold.accept({ cursor: '2', whole: true, vehicles: [car('a', 3, { status: 'busy', stale: true })] });
  assert.deepEqual(state?.vehicles.get('a'), car('a', 5, { status: 'busy', stale: true }));
});

test('the same cursor is no news', () => {
  const fold = createViewportFold();
  fold.accept({ cursor: '1', whole: true, vehicles: [car('a', 1)] });
  assert.equal(fold.accept({ cursor: '1', whole: true, vehicles: [car('a', 1)] }), undefined);
});

test('a reset is passed on', () => {
  const fold = createViewportFold();
  assert.equal(fold.accept({ cursor: '1', whole: true, vehicles: [], reset: true })?.reset, true);
});

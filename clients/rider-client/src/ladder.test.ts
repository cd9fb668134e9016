import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLadder, type Ladder, type LadderOptions } from './ladder.js';
import { defaultStrategies } from './types.js';

function ladder(options: Partial<LadderOptions> = {}): Ladder {
  return createLadder({
    strategies: defaultStrategies,
    renews: true,
    backoff: { baseMs: 1000, capMs: 30_000 },
    random: () => 1,
    climbAfterMs: 60_000,
    ...options,
  });
}

const unreachable = { kind: 'unreachable' } as const;
const dropped = { kind: 'dropped' } as const;

function waits(from: Ladder, ...outcomes: Parameters<Ladder['after']>[0][]): (number | string)[] {
  return outcomes.map((outcome) => {
    const next = from.after(outcome);
    return typeof next === 'number' ? next : next.reason;
  });
}

test('a strategy that cannot connect gives way at once, and a full round waits', () => {
  const it = ladder();
  const seen = [it.strategy];
  const afterMs = [];
  for (let i = 0; i < 5; i++) {
    afterMs.push(...waits(it, unreachable));
    seen.push(it.strategy);
  }
  assert.deepEqual(seen, ['sse', 'websocket', 'long-poll', 'poll', 'sse', 'websocket']);
  assert.deepEqual(afterMs, [0, 0, 0, 1000, 0]);
});

test('each round of failures waits longer, up to the cap', () => {
  const it = ladder({ strategies: ['sse', 'poll'] });
  const rounds = Array.from({ length: 7 }, () => waits(it, unreachable, unreachable)[1]);
  assert.deepEqual(rounds, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('a stream that worked and can no longer be had gives way at once', () => {
  const it = ladder();
  it.heard(0);
  assert.deepEqual(waits(it, unreachable), [0]);
  assert.equal(it.strategy, 'websocket');
});

test('a stream that worked and broke is tried again after its own retry', () => {
  const it = ladder();
  it.heard(0);
  assert.deepEqual(waits(it, { kind: 'dropped', retryMs: 2500 }), [2500]);
  assert.equal(it.strategy, 'sse');
});

test('a stream that worked and broke without a retry waits with jitter', () => {
  const it = ladder({ random: () => 0.25 });
  it.heard(0);
  assert.deepEqual(waits(it, dropped), [250]);
});

test('a stream that opens and breaks without a word is left after the third time', () => {
  const it = ladder();
  waits(it, dropped, dropped);
  assert.equal(it.strategy, 'sse');
  waits(it, dropped);
  assert.equal(it.strategy, 'websocket');
});

test('a pinned strategy is never left', () => {
  const it = ladder({ pinned: 'websocket' });
  assert.deepEqual(waits(it, unreachable, unreachable, dropped), [1000, 2000, 4000]);
  assert.equal(it.strategy, 'websocket');
});

test('what the server tells to wait is waited, on the same strategy', () => {
  const it = ladder();
  assert.deepEqual(waits(it, { kind: 'told', retryMs: 7000 }, { kind: 'told' }, { kind: 'told' }), [7000, 1000, 2000]);
  assert.equal(it.strategy, 'sse');
});

test('a wait that is none is no leave to come back at once', () => {
  for (const retryMs of [0, -5, NaN, 'soon' as unknown as number]) assert.deepEqual(waits(ladder(), { kind: 'told', retryMs }), [1000], `${retryMs}`);
});

test('hearing anything forgets the failures', () => {
  const it = ladder({ pinned: 'sse' });
  waits(it, unreachable, unreachable, unreachable);
  it.heard(0);
  assert.deepEqual(waits(it, dropped), [1000]);
});

test('too slow comes back at once, but not in a loop', () => {
  const it = ladder();
  it.heard(0);
  assert.deepEqual(waits(it, { kind: 'dropped', retryMs: 0 }, { kind: 'dropped', retryMs: 0 }), [0, 1000]);
});

test('a refused token is replaced once, and a second refusal is final', () => {
  const it = ladder();
  const refused = { kind: 'token', detail: 'unauthorized' } as const;
  assert.deepEqual(waits(it, refused), [0]);
  assert.equal(it.refused, true);
  assert.deepEqual(waits(it, refused), ['unauthorized']);
});

test('a token that worked in between may be replaced again', () => {
  const it = ladder();
  const expired = { kind: 'token', detail: 'token-expired' } as const;
  waits(it, expired);
  it.heard(0);
  assert.equal(it.refused, false);
  assert.deepEqual(waits(it, expired), [0]);
});

test('without a way to renew, a refused token is final', () => {
  assert.deepEqual(waits(ladder({ renews: false }), { kind: 'token', detail: 'token-expired' }), ['token-expired']);
});

test('an end is an end', () => {
  assert.deepEqual(waits(ladder(), { kind: 'end', end: { reason: 'not-found' } }), ['not-found']);
});

test('a poll that has worked for a while looks up to a stream again', () => {
  const it = ladder();
  waits(it, unreachable, unreachable);
  assert.equal(it.strategy, 'long-poll');
  it.heard(5000);
  assert.equal(it.climbs(64_999), false);
  assert.equal(it.climbs(65_000), true);
  assert.deepEqual(waits(it, { kind: 'climb' }), [0]);
  assert.equal(it.strategy, 'sse');
});

test('a climb in vain comes straight back and waits twice as long for the next', () => {
  const it = ladder();
  waits(it, unreachable, unreachable);
  it.heard(0);
  waits(it, { kind: 'climb' });
  assert.deepEqual(waits(it, unreachable), [0]);
  assert.equal(it.strategy, 'long-poll');
  it.heard(60_000);
  assert.equal(it.climbs(179_999), false);
  assert.equal(it.climbs(180_000), true);
});

test('a climb that works stays', () => {
  const it = ladder();
  waits(it, unreachable, unreachable);
  it.heard(0);
  waits(it, { kind: 'climb' });
  it.heard(60_100);
  assert.equal(it.strategy, 'sse');
  assert.equal(it.climbs(1e9), false);
});

test('a WebSocket is as good as SSE and does not climb', () => {
  const it = ladder();
  waits(it, unreachable);
  it.heard(0);
  assert.equal(it.climbs(1e9), false);
});

test('the strategies of the server replace the defaults and keep the place', () => {
  const it = ladder();
  waits(it, unreachable);
  it.offer(['websocket', 'poll']);
  assert.equal(it.strategy, 'websocket');
  waits(it, unreachable);
  assert.equal(it.strategy, 'poll');
});

test('unpinning starts from the best again', () => {
  const it = ladder({ pinned: 'poll' });
  it.pin(undefined);
  assert.equal(it.strategy, 'sse');
});

test('a strategy that shows older pictures than the next gives way at once', () => {
  const it = ladder();
  it.heard(0);
  assert.deepEqual(waits(it, { kind: 'late' }), [0]);
  assert.equal(it.strategy, 'websocket');
});

test('a strategy that was late is climbed to later each time, until it lasts', () => {
  const it = ladder({ strategies: ['sse', 'poll'] });
  const climbs: number[] = [];
  let nowMs = 0;
  for (let round = 0; round < 3; round++) {
    it.heard(nowMs);
    waits(it, { kind: 'late' });
    const fellAtMs = nowMs;
    it.heard(nowMs);
    while (!it.climbs(nowMs)) nowMs += 1000;
    climbs.push(nowMs - fellAtMs);
    waits(it, { kind: 'climb' });
  }
  assert.deepEqual(climbs, [120_000, 240_000, 480_000]);
  // It lasts for as long as it had to be waited for.
  it.heard(nowMs);
  it.heard(nowMs + 480_000);
  waits(it, unreachable);
  it.heard(0);
  assert.equal(it.climbs(59_999), false);
  assert.equal(it.climbs(60_000), true);
});

test('nobody may ask for a wait of more than five minutes, and for none at all only once it was heard', () => {
  assert.deepEqual(waits(ladder(), { kind: 'told', retryMs: 86_400_000 }, { kind: 'told', retryMs: 0 }), [300_000, 1000]);
});

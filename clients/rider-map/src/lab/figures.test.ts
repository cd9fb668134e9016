import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageAt, figuresOf, isBehind, percentile, scaleTop, teethBetween } from './figures.js';
import { Ledger } from './ledger.js';

/** A poll every second for so long, each answered 20 ms later; every third brings a picture that is 500 ms old. */
function polled(ledger: Ledger, untilMs: number): void {
  for (let atMs = 0; atMs < untilMs; atMs += 1000) {
    const exchange = ledger.asked(atMs, false);
    ledger.done(exchange, atMs + 20);
    const news = (atMs / 1000) % 3 === 0;
    ledger.answered(atMs + 20, news);
    if (news) ledger.show(atMs + 20, 500);
    ledger.received(atMs + 20, news ? 1300 : 300);
  }
}

test('polling at 1 s for two minutes gives the figures of the last one', () => {
  const ledger = new Ledger();
  polled(ledger, 120_000);
  const figures = figuresOf(ledger, 120_000);
  assert.equal(figures.spanMs, 60_000);
  assert.equal(figures.requests, 60);
  assert.equal(figures.answers, 60);
  assert.equal(figures.emptyAnswers, 40);
  assert.equal(figures.bytes, 20 * 1300 + 40 * 300);
  assert.equal(figures.open, 0);
  assert.equal(figures.ageNowMs, 500 + 120_000 - 117_020);
  assert.equal(figures.ageWorstMs, 3500);
  assert.ok(Math.abs(figures.ageP50Ms! - 2000) <= 100, `${figures.ageP50Ms}`);
  assert.ok(figures.ageP99Ms! > 3300 && figures.ageP99Ms! <= 3500, `${figures.ageP99Ms}`);
});

test('before the first minute is over the figures say how much they cover', () => {
  const ledger = new Ledger();
  polled(ledger, 10_000);
  assert.equal(figuresOf(ledger, 10_000).spanMs, 10_000);
  assert.equal(figuresOf(ledger, 10_000).requests, 10);
});

test('an open line is one request in its first minute and none after', () => {
  const ledger = new Ledger();
  ledger.asked(100, true);
  assert.deepEqual([figuresOf(ledger, 30_000).requests, figuresOf(ledger, 30_000).open], [1, 1]);
  ledger.prune(90_000);
  assert.deepEqual([figuresOf(ledger, 90_000).requests, figuresOf(ledger, 90_000).open], [0, 1]);
});

test('a picture grows older by the second, and a pause leaves none', () => {
  const ledger = new Ledger();
  assert.equal(figuresOf(ledger, 100).ageNowMs, undefined);
  ledger.show(1000, 300);
  assert.equal(ageAt(ledger.shown, 999), undefined);
  assert.equal(ageAt(ledger.shown, 3000), 2300);
  ledger.halt(4000);
  assert.equal(ageAt(ledger.shown, 5000), undefined);
  assert.deepEqual(teethBetween(ledger.shown, 2000, 6000), [{ fromMs: 2000, toMs: 4000, fromAgeMs: 1300, toAgeMs: 3300 }]);
});

test('a gap counts with the time for which it lasted inside the minute', () => {
  const ledger = new Ledger();
  ledger.broke(1000);
  ledger.broke(1500);
  ledger.restored(6000);
  assert.deepEqual([figuresOf(ledger, 6000).gaps, figuresOf(ledger, 6000).gapMs], [1, 5000]);
  assert.deepEqual([figuresOf(ledger, 63_000).gaps, figuresOf(ledger, 63_000).gapMs], [1, 3000]);
  ledger.broke(70_000);
  ledger.prune(72_000);
  assert.deepEqual([figuresOf(ledger, 72_000).gaps, figuresOf(ledger, 72_000).gapMs], [1, 2000]);
});

test('a ledger that is pruned keeps what the minute needs, and no list grows without end', () => {
  const ledger = new Ledger();
  polled(ledger, 600_000);
  const before = figuresOf(ledger, 600_000);
  ledger.prune(600_000);
  assert.deepEqual(figuresOf(ledger, 600_000), before);
  assert.ok(ledger.exchanges.length <= 61 && ledger.answers.length <= 60 && ledger.shown.length <= 22);
  for (let i = 0; i < 20_000; i++) ledger.answered(600_000, true);
  assert.equal(ledger.answers.length, 4000);
});

test('an exchange ends once', () => {
  const ledger = new Ledger();
  const exchange = ledger.asked(0, false);
  ledger.done(exchange, 10, true);
  ledger.done(exchange, 20);
  assert.deepEqual([exchange.endMs, exchange.failed], [10, true]);
});

test('percentiles are of the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile([7], 0.99), percentile([], 0.5)], [50, 99, 7, undefined]);
});

test('a column is behind when its worst is clearly worse than the best one’s', () => {
  const figures = (ageP99Ms: number | undefined): Parameters<typeof isBehind>[0] => ({ ...figuresOf(new Ledger(), 0), ageP99Ms });
  assert.equal(isBehind(figures(1200), 1000), false);
  assert.equal(isBehind(figures(1600), 1000), true);
  assert.equal(isBehind(figures(undefined), 1000), false);
});

test('a scale ends at a round number that holds the value', () => {
  assert.deepEqual([0, 900, 1100, 5200, 6000, 6100, 9000, 10_000].map(scaleTop), [1, 1000, 1500, 6000, 6000, 8000, 10_000, 10_000]);
});

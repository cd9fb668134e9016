import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from './ledger.js';
import { stripMs, stripPlan } from './strip-plan.js';

test('a short poll is a question and, soon after, an answer; what was long ago is not drawn', () => {
  const ledger = new Ledger();
  for (const atMs of [0, 20_000, 26_000]) {
    ledger.done(ledger.asked(atMs, false), atMs + 30);
    ledger.answered(atMs + 30, atMs === 20_000);
  }
  const plan = stripPlan(ledger, 26_000);
  assert.deepEqual(plan.questions.map(({ from, kind }) => [from, kind]), [[0.5, 'question'], [1, 'question']]);
  assert.deepEqual(plan.answers.map(({ kind }) => kind), ['news', 'nothing']);
  assert.deepEqual([plan.waits, plan.lines], [[], []]);
});

test('a long poll lies with the server until it is answered', () => {
  const ledger = new Ledger();
  ledger.asked(stripMs / 2, false);
  const [wait] = stripPlan(ledger, stripMs).waits;
  assert.ok(wait && wait.from > 0.5 && wait.from < 0.53 && wait.to > 0.97 && wait.to <= 1);
});

test('an open line is shaded from its beginning or the left edge to now', () => {
  const ledger = new Ledger();
  ledger.asked(0, true);
  assert.deepEqual(stripPlan(ledger, stripMs / 2).lines.map(({ from, to }) => [from, to]), [[0.5, 1]]);
  assert.deepEqual(stripPlan(ledger, 10 * stripMs).lines.map(({ from, to }) => [from, to]), [[0, 1]]);
});

test('a question that failed is told from one that was asked', () => {
  const ledger = new Ledger();
  ledger.done(ledger.asked(0, false), 0, true);
  assert.equal(stripPlan(ledger, 1000).questions[0]?.kind, 'failed');
});

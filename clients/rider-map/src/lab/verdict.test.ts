import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabClock } from './clock.js';
import { figuresOf, type Figures } from './figures.js';
import { Ledger } from './ledger.js';
import { clip, straightPieces } from './street-map.js';
import { kilobytes, seconds, spanWords, verdict, type Way } from './verdict.js';

const none: Figures = figuresOf(new Ledger(), 0);

function way(strategy: Way['strategy'], figures: Partial<Figures>, pollMs?: number): Way {
  return { strategy, figures: { ...none, spanMs: 60_000, ...figures }, ...(pollMs === undefined ? {} : { pollMs }) };
}

test('the verdict tells what was measured', () => {
  const told = verdict(
    [
      way('poll', { requests: 60, answers: 60, emptyAnswers: 40, ageWorstMs: 4200 }, 1000),
      way('poll', { requests: 12, answers: 12, emptyAnswers: 0, ageWorstMs: 8000 }, 5000),
      way('long-poll', { requests: 20, answers: 20, ageWorstMs: 3300 }),
      way('sse', { ageWorstMs: 3200 }),
      way('websocket', { ageWorstMs: 3100 }),
    ],
    'en',
  );
  assert.equal(told?.lead, 'In this minute:');
  assert.equal(
    told?.text,
    'asking every 1 s took 60 requests, 40 of them for nothing, and the picture grew up to 4.2 s old. Asking every 5 s took 12 requests, each with news, and the picture grew up to 8.0 s old. The open lines took no request at all and stayed at 3.2 s or less.',
  );
});

test('in the first minute the verdict says of how long it is, and at first there is none', () => {
  const ways = (spanMs: number): Way[] => [
    way('poll', { spanMs, requests: 1, answers: 1, emptyAnswers: 1, ageWorstMs: 900 }, 1000),
    way('sse', { spanMs, requests: 1, ageWorstMs: 800 }),
  ];
  assert.equal(verdict(ways(4000)), undefined);
  const told = verdict(ways(24_900), 'en');
  assert.equal(told?.lead, 'In the first 24 s:');
  assert.match(told?.text ?? '', /took 1 request, all of them for nothing.*open lines took 1 request to open/);
});

test('without a picture there is no verdict', () => {
  assert.equal(verdict([way('poll', {}, 1000), way('sse', {})]), undefined);
  assert.equal(verdict([]), undefined);
});

test('numbers have the digits that help', () => {
  assert.deepEqual([seconds(4760, 'en'), seconds(-3, 'en'), kilobytes(14_312, 'en'), kilobytes(4312, 'en')], ['4.8', '0.0', '14', '4.3']);
  assert.deepEqual([spanWords(60_000), spanWords(12_900)], ['a minute', 'in 12 s']);
});

test('the clock stands still in a pause', () => {
  let nowMs = 100;
  const clock = new LabClock(() => nowMs);
  clock.start();
  nowMs = 600;
  clock.stop();
  nowMs = 5000;
  assert.deepEqual([clock.nowMs, clock.running], [500, false]);
  clock.start();
  nowMs = 5100;
  assert.equal(clock.nowMs, 600);
  clock.reset();
  nowMs = 5130;
  assert.equal(clock.nowMs, 30);
});

test('a street carries its name where it is nearly straight and in the picture', () => {
  assert.deepEqual(clip({ x: -50, y: 10 }, { x: 50, y: 10 }, 100, 100), [{ x: 0, y: 10 }, { x: 50, y: 10 }]);
  assert.equal(clip({ x: -50, y: -10 }, { x: 50, y: -10 }, 100, 100), undefined);
  const line = [{ x: 0, y: 50 }, { x: 30, y: 52 }, { x: 60, y: 50 }, { x: 60, y: 90 }];
  assert.deepEqual(straightPieces(line, 100, 100), [[{ x: 0, y: 50 }, { x: 60, y: 50 }], [{ x: 60, y: 50 }, { x: 60, y: 90 }]]);
});

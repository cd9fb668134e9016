import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FixGate } from './gps.js';

const at = (time: number, lat = 44.5): { time: number; lat: number; lng: number } => ({ time, lat, lng: -30 });

test('fixes pass at the pace that is advised', () => {
  const gate = new FixGate();
  gate.advise({ intervalMs: 3000, minDistance: 0 });
  assert.deepEqual([0, 1000, 2000, 2900, 4000, 6000].map((time) => gate.passes(at(time), time)), [true, false, false, true, false, true]);
});

test('a fix with the time of the last one is the last one', () => {
  const gate = new FixGate();
  gate.advise({ intervalMs: 0, minDistance: 0 });
  assert.equal(gate.passes(at(1000), 1000), true);
  assert.equal(gate.passes(at(1000), 4000), false);
});

test('a car that stands is heard of every five seconds, one that moves at once', () => {
  const gate = new FixGate();
  gate.advise({ intervalMs: 1000, minDistance: 10 });
  assert.equal(gate.passes(at(0), 0), true);
  assert.equal(gate.passes(at(1000), 4000), false);
  assert.equal(gate.passes(at(2000, 44.5002), 2000), true);
  assert.equal(gate.passes(at(4000, 44.5002), 4000), false);
  assert.equal(gate.passes(at(7000, 44.5002), 7000), true);
});

test('a place that came too early is reported once it is due, with its own time', () => {
  const gate = new FixGate();
  gate.advise({ intervalMs: 2000, minDistance: 0 });
  gate.passes(at(0), 0);
  assert.equal(gate.passes(at(800), 800), false);
  assert.equal(gate.passes(at(800), 1800), true);
  assert.equal(gate.passes(at(800), 9000), false);
});

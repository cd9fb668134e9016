import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './api.js';
import { HealthWatch, type Node } from './health.js';

const node = (id: string, more: Partial<Node> = {}): Node => ({ id, heardAt: 0, status: 'ready', fixesPerSecond: 200.4, rejectedPerSecond: 0.5, seenMs: { p50: 100, p99: 300 }, ...more });
const watch = (): HealthWatch => new HealthWatch({} as Api);

test('rates are added up, the age that clients see is the worst node’s', () => {
  const health = watch().judge([node('a'), node('b', { seenMs: { p50: 200, p99: 900 } })], 0);
  assert.deepEqual([health.text, health.tone, health.fixesPerSecond, health.rejectedPerSecond, health.seenP99Ms], ['2 nodes', 'live', 400.8, 1, 900]);
});

test('a node that drains is amber, one that is not ready red', () => {
  assert.deepEqual([watch().judge([node('a', { status: 'draining' })], 0)].map(({ text, tone }) => [text, tone]), [['1 node, 1 draining', 'warn']]);
  assert.equal(watch().judge([node('a', { status: 'not-ready' }), node('b')], 0).tone, 'bad');
});

test('a node that is not heard any more is named as gone for a while', () => {
  const nodes = watch();
  nodes.judge([node('a'), node('b')], 0);
  assert.deepEqual([nodes.judge([node('a')], 60_000)].map(({ text, tone, nodes: all }) => [text, tone, all.length]), [['2 nodes, 1 gone', 'bad', 2]]);
  assert.equal(nodes.judge([node('a')], 700_000).text, '1 node');
});

test('a node that drained before it went is not missed', () => {
  const nodes = watch();
  nodes.judge([node('a'), node('b')], 0);
  nodes.judge([node('a'), node('b', { status: 'draining' })], 5000);
  assert.deepEqual([nodes.judge([node('a')], 10_000)].map(({ text, tone }) => [text, tone]), [['1 node', 'live']]);
});

test('what no node tells is not known', () => {
  const { fixesPerSecond, seenP99Ms } = watch().judge([{ id: 'a', heardAt: 0, status: 'ready' }], 0);
  assert.deepEqual([fixesPerSecond, seenP99Ms], [undefined, undefined]);
});

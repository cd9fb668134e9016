import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSseParser, type SseParser } from './sse-parser.js';

function parse(...pieces: string[]): { events: [string, string][]; parser: SseParser } {
  const parser = createSseParser();
  const events = pieces.flatMap((piece) => parser.push(piece));
  return { events: events.map((event) => [event.type, event.data]), parser };
}

test('an event has its type and data, whatever its id', () => {
  assert.deepEqual(parse('event: position\nid: 7\ndata: {"a":1}\n\n').events, [['position', '{"a":1}']]);
});

test('lines end with LF, CR LF or CR, also mixed', () => {
  assert.deepEqual(parse('data: a\r\n\r\ndata: b\r\rdata: c\n\n').events.map((event) => event[1]), ['a', 'b', 'c']);
});

test('a stream cut at every place gives the same events', () => {
  const text = ': hello\r\nretry: 2500\r\n\r\nevent: position\r\nid: x1\r\ndata: one\r\ndata: two\r\n\r\nevent: alive\ndata: {}\n\n';
  const whole = parse(text).events;
  assert.equal(whole.length, 2);
  for (let cut = 1; cut < text.length; cut++) {
    assert.deepEqual(parse(text.slice(0, cut), text.slice(cut)).events, whole, `cut at ${cut}`);
  }
  assert.deepEqual(parse(...text).events, whole);
});

test('several data lines are joined by a line feed', () => {
  assert.deepEqual(parse('data: a\ndata\ndata:  b\n\n').events, [['message', 'a\n\n b']]);
});

test('data without a value fires an event, no data at all fires none', () => {
  assert.deepEqual(parse('data\n\n').events, [['message', '']]);
  assert.deepEqual(parse('event: position\n\nid: 3\n\n').events, []);
});

test('line separators of Unicode are part of the data', () => {
  assert.deepEqual(parse('data: a\u2028b\n\n').events, [['message', 'a\u2028b']]);
});

test('an id stays until it changes, an empty one clears it, one with NUL is ignored', () => {
  const parser = createSseParser();
  const ids = ['id: 1\ndata: a\n\n', 'data: b\n\n', 'id: x\0y\ndata: c\n\n', 'id\ndata: d\n\n'].map((block) => {
    parser.push(block);
    return parser.lastEventId;
  });
  assert.deepEqual(ids, ['1', '1', '1', '']);
});

test('an id alone moves the cursor and fires nothing', () => {
  const { events, parser } = parse('id: 9\n\n');
  assert.deepEqual(events, []);
  assert.equal(parser.lastEventId, '9');
});

test('retry takes digits only', () => {
  assert.equal(parse('retry: 1500\n\n').parser.retryMs, 1500);
  assert.equal(parse('retry: 1.5\nretry: -1\nretry:\n\n').parser.retryMs, undefined);
});

test('comments and unknown fields are ignored', () => {
  assert.deepEqual(parse(': keep\n:\nfoo: bar\ndata: a\n\n').events, [['message', 'a']]);
});

test('an event that is not ended by an empty line is dropped', () => {
  assert.deepEqual(parse('data: a\n').events, []);
});

test('a line that never ends is given up at 16 million characters, however it comes', () => {
  const parser = createSseParser();
  const piece = 'x'.repeat(2 ** 20);
  for (let i = 0; i < 16; i++) assert.deepEqual(parser.push(piece), []);
  assert.throws(() => parser.push('x'), RangeError);
});

test('so is an event that never ends, and one that just fits is fired', () => {
  const line = `data: ${'x'.repeat(2 ** 20 - 1)}\n`;
  const parser = createSseParser();
  for (let i = 0; i < 16; i++) assert.deepEqual(parser.push(line), []);
  assert.equal(parser.push('\n')[0]?.data.length, 2 ** 24 - 1);
  for (let i = 0; i < 16; i++) parser.push(line);
  assert.throws(() => parser.push('data\n'), RangeError);
});

test('what is no data is not kept', () => {
  const { events } = parse(...Array.from({ length: 18 }, () => `: ${'x'.repeat(2 ** 20)}\n`), 'data: a\n\n');
  assert.deepEqual(events, [['message', 'a']]);
});

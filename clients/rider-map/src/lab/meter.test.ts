import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabClock } from './clock.js';
import { figuresOf } from './figures.js';
import { Ledger } from './ledger.js';
import { meteredFetch, meteredWebSocket, stalledMs, type MeterOptions } from './meter.js';
import { cutMs, Network, slowWayMs } from './network.js';

interface Bench extends MeterOptions {
  readonly book: Ledger;
}

function bench(fetch: () => Promise<Response>, timed = false): Bench {
  const book = new Ledger();
  return { book, ledger: () => book, clock: new LabClock(() => 0), network: new Network(), counts: (url) => url.includes('/live'), timed, fetch };
}

const sse = { headers: { Accept: 'text/event-stream' } };

test('the bytes of an answer are counted, unless the browser tells them itself', async () => {
  for (const timed of [false, true]) {
    const options = bench(async () => new Response('{"cursor":"c"}', { headers: { ETag: '"c"' } }), timed);
    const response = await meteredFetch(options)('/v1/trips/t/live');
    assert.equal(response.headers.get('ETag'), '"c"');
    assert.deepEqual(await response.json(), { cursor: 'c' });
    const figures = figuresOf(options.book, 0);
    assert.deepEqual([figures.requests, figures.open, figures.bytes], [1, 0, timed ? 0 : 14]);
  }
});

test('what is not the trip is not counted, and 304 ends at once', async () => {
  const options = bench(async () => new Response(null, { status: 304 }));
  const measured = meteredFetch(options);
  await measured('/v1/capabilities');
  assert.equal(options.book.exchanges.length, 0);
  assert.equal((await measured('/v1/trips/t/live')).status, 304);
  assert.deepEqual(options.book.exchanges.map(({ endMs, failed }) => [endMs, failed]), [[0, false]]);
});

test('a 304 that has a body, as browsers give it one, is an answer and no failure', async () => {
  const answer = { status: 304, headers: new Headers({ ETag: '"c"' }), body: new Response('').body } as Response;
  const options = bench(async () => answer);
  assert.equal(await meteredFetch(options)('/live'), answer);
  assert.deepEqual(options.book.exchanges.map(({ endMs, failed }) => [endMs, failed]), [[0, false]]);
});

test('a stream is counted as it comes, and stays open', async () => {
  let push: ((text: string) => void) | undefined;
  const options = bench(async () => new Response(new ReadableStream({ start: (controller) => (push = (text) => controller.enqueue(new TextEncoder().encode(text))) })), true);
  const reader = (await meteredFetch(options)('/live', sse)).body!.getReader();
  push!('data: ü\n\n');
  assert.equal((await reader.read()).value?.length, 10);
  assert.deepEqual([options.book.bytesSince(0), figuresOf(options.book, 0).open], [10, 1]);
  await reader.cancel();
  assert.equal(figuresOf(options.book, 0).open, 0);
});

test('a cut breaks what is open, refuses what is new, and passes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const options = bench(async () => new Response('{}'));
  const network = options.network;
  let signal: AbortSignal | undefined;
  const hanging = meteredFetch({ ...options, fetch: (_, init) => ((signal = init?.signal ?? undefined), new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))))) })('/live');
  await Promise.resolve();
  network.cut();
  assert.equal(network.condition, 'cut');
  await assert.rejects(hanging);
  assert.equal(signal?.aborted, true);
  await assert.rejects(meteredFetch(options)('/live'));
  assert.ok(options.book.exchanges.every(({ failed }) => failed));
  t.mock.timers.tick(cutMs);
  assert.equal(network.condition, 'good');
  assert.equal((await meteredFetch(options)('/live')).status, 200);
});

test('who takes a request back sees no failure of the network', async () => {
  const options = bench(() => Promise.reject(new Error('aborted')));
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(meteredFetch(options)('/live', { signal: abort.signal }));
  assert.equal(options.book.exchanges[0]?.failed, false);
});

test('a slow network takes its time each way', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const options = bench(async () => new Response('{}'));
  options.network.set('slow');
  let answered = false;
  const asking = meteredFetch(options)('/live').then(() => (answered = true));
  for (const expected of [false, true]) {
    t.mock.timers.tick(slowWayMs);
    for (let turns = 0; turns < 10; turns++) await Promise.resolve();
    assert.equal(answered, expected);
  }
  await asking;
});

test('a WebSocket tells its frames with their heads, and a cut closes it as a network would', async () => {
  let socket: { onopen?: (event: unknown) => void; onmessage?: (event: unknown) => void; closed?: boolean } = {};
  class Fake {
    constructor() {
      socket = this as typeof socket;
    }
    close(): void {
      socket.closed = true;
    }
  }
  const options = bench(async () => new Response());
  const Measured = meteredWebSocket({ ...options, WebSocket: Fake as unknown as typeof WebSocket });
  const measured = new Measured('ws://host/live') as { onmessage: (event: { data: unknown }) => void; onclose: (event: { code: number }) => void };
  const heard: unknown[] = [];
  measured.onmessage = ({ data }) => heard.push(data);
  measured.onclose = ({ code }) => heard.push(code);
  await Promise.resolve();
  socket.onmessage?.({ data: '{}' });
  socket.onmessage?.({ data: 'x'.repeat(200) });
  for (let turns = 0; turns < 10; turns++) await Promise.resolve();
  assert.equal(options.book.bytesSince(0), 2 + 2 + 200 + 4);
  options.network.cut();
  assert.deepEqual([heard.length, heard[2], socket.closed], [3, 1006, true]);
  assert.equal(options.book.exchanges[0]?.failed, true);
});

test('waiting for a free connection is told from looking up and connecting', () => {
  const timing = { fetchStart: 0, domainLookupStart: 5, domainLookupEnd: 15, connectStart: 15, connectEnd: 45, requestStart: 50 };
  assert.equal(stalledMs(timing), 10);
  assert.equal(stalledMs({ ...timing, requestStart: 0 }), 0);
});

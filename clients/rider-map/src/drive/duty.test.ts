import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { Duty } from './duty.js';

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
  mock.timers.reset();
});

/** Each request waits for its answer: undefined is none. */
function scripted(): { readonly told: boolean[]; readonly answers: ((status: number | undefined) => void)[] } {
  const told: boolean[] = [];
  const answers: ((status: number | undefined) => void)[] = [];
  globalThis.fetch = (_, init) =>
    new Promise((resolve, reject) => {
      told.push((JSON.parse(String(init?.body)) as { on: boolean }).on);
      init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      answers.push((status) => (status === undefined ? reject(new TypeError()) : resolve(new Response(null, { status }))));
    });
  return { told, answers };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const duty = (): Duty => new Duty('http://here', 'd1', async () => 'token');

test('what nobody answered is told again', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { told, answers } = scripted();
  const first = duty().set(true);
  await settled();
  answers[0]!(503);
  assert.equal(await first, 'later');
  mock.timers.tick(5000);
  await settled();
  assert.deepEqual(told, [true, true]);
});

test('going on duty that was not heard in time is not told again after going off', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { told, answers } = scripted();
  const driver = duty();
  const on = driver.set(true);
  await settled();
  const off = driver.set(false);
  await settled();
  answers[0]!(undefined);
  answers[1]!(204);
  assert.deepEqual([await on, await off], ['later', 'told']);
  mock.timers.tick(60_000);
  await settled();
  assert.deepEqual(told, [true, false]);
});

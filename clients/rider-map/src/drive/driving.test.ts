import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Driving } from './driving.js';
import type { GpsEvents } from './gps.js';

const told: boolean[] = [];
const real = { fetch: globalThis.fetch, listen: globalThis.addEventListener, navigator: Object.getOwnPropertyDescriptor(globalThis, 'navigator') };

before(() => {
  globalThis.fetch = async (_, init) => {
    told.push((JSON.parse(String(init?.body)) as { on: boolean }).on);
    return new Response(null, { status: 204 });
  };
  globalThis.addEventListener = () => {};
  // Without a network nothing but the duty is told; without IndexedDB fixes are kept in memory only.
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
});

after(() => {
  globalThis.fetch = real.fetch;
  globalThis.addEventListener = real.listen;
  if (real.navigator) Object.defineProperty(globalThis, 'navigator', real.navigator);
  else Reflect.deleteProperty(globalThis, 'navigator');
});

test('a place that comes after the driver went off duty is not taken, and puts nobody on duty', async () => {
  let receiver: GpsEvents | undefined;
  const driving = await Driving.begin({
    server: 'http://here',
    driver: 'd1',
    getToken: async () => 'token',
    source: (events) => {
      receiver = events;
      return { start() {}, stop() {}, advise() {} };
    },
    onFix: () => {},
    onChange: () => {},
  });
  driving.start();
  receiver!.fix({ time: 1, lat: 1, lng: 2 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await driving.stop(), 'told');
  receiver!.fix({ time: 2, lat: 1, lng: 2 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([told, driving.buffer.unsettled, driving.lastFix?.time], [[true, false], 1, 1]);
  assert.equal(driving.forgetful, true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Units } from '../page/units.js';
import { driveWords, type DriveFacts } from './words.js';

const units = new Units('en-IE');
const calm: DriveFacts = {
  on: true, simulated: false, trouble: undefined, link: 'open', retryMs: 0, unsettled: 0, dropped: 0, accuracy: 4, fixAgeMs: 500,
  screenHeld: true, battery: undefined, charging: false, trip: null, stopMeters: undefined, forgetful: false, problem: undefined,
};
const say = (facts: Partial<DriveFacts>): ReturnType<typeof driveWords> => driveWords({ ...calm, ...facts }, units);
const trip = { id: 't_1', status: 'enroute-to-pickup', pickup: { lat: 1, lng: 2, label: 'Ferry Pier' }, dropoff: { lat: 1, lng: 2, label: 'City Hall' } };

test('all is well', () => {
  const words = say({});
  assert.deepEqual([words.pill.text, words.headline, words.gps.text, words.link.text, words.unsent.text, words.screen.text], [
    'On duty', 'Waiting for a ride', 'Good, within 10 m', 'Connected', 'All sent', 'Stays on',
  ]);
});

test('a trip says where to, and how far', () => {
  assert.equal(say({ trip, stopMeters: 1500 }).headline, 'Drive to the pick-up');
  assert.equal(say({ trip, stopMeters: 1500 }).second, 'Ferry Pier · 1.5 km away');
  assert.equal(say({ trip: { ...trip, status: 'enroute-to-dropoff' } }).second, 'City Hall');
  assert.equal(say({ trip: { ...trip, status: 'arrived-at-pickup' } }).headline, 'You are at the pick-up');
});

test('without a network it says what waits, and that it is kept', () => {
  const words = say({ link: 'offline', unsettled: 12 });
  assert.deepEqual([words.pill.text, words.link.text, words.unsent.text], ['Offline', 'No network', '12 places kept on this phone']);
  assert.equal(say({ link: 'offline', unsettled: 12, forgetful: true }).unsent.text, '12 places, keep this page open');
});

test('a permission that is denied is said in words, and nobody is shown as on duty', () => {
  const words = say({ trouble: 'denied' });
  assert.equal(words.alert?.title, 'Location is blocked');
  assert.equal(words.pill.text, 'Not shown');
});

test('a place too weak to be taken is not shown, and the pill says so', () => {
  assert.deepEqual(say({ accuracy: 5000 }).pill, { tone: 'bad', text: 'Not shown' });
  assert.equal(say({ accuracy: 5000, simulated: true }).pill.text, 'On duty');
  assert.equal(say({ accuracy: 80 }).pill.text, 'On duty');
});

test('an address without https says why nothing works', () => {
  assert.match(say({ on: false, trouble: 'insecure' }).alert?.text ?? '', /only over https, or on localhost/);
});

test('a weak receiver and a low battery are not glossed over', () => {
  assert.equal(say({ accuracy: 80 }).gps.text, 'Weak, within 80 m');
  assert.equal(say({ accuracy: 300 }).gps.tone, 'bad');
  assert.equal(say({ fixAgeMs: 30_000 }).gps.text, 'Lost 30 s ago');
  assert.equal(say({ battery: 0.15 }).screen.text, 'Low battery, 15 %');
  assert.equal(say({ screenHeld: false }).screen.text, 'May turn off');
});

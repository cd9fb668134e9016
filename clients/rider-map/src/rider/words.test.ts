import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TripState } from '@ridetracker/rider-client';
import { messages } from '../page/i18n/en.js';
import { loadMessages, pickLanguage } from '../page/i18n/language.js';
import { Speech } from '../page/i18n/speech.js';
import { Units } from '../page/units.js';
import { Announcer, riderWords, type Facts } from './words.js';

/** English words with the numbers of Germany. */
const speech = new Speech({ lang: 'en', locale: 'de-DE', dir: 'ltr' }, messages, 'UTC');
const units = new Units('de-DE', 'UTC');
const now = Date.UTC(2026, 0, 1, 14, 8, 32);
const state: TripState = {
  cursor: 'a',
  trip: 't_1',
  status: 'enroute-to-pickup',
  version: 1,
  eta: { seconds: 240, distance: 1500 },
  pickup: { lat: 0, lng: 0, label: 'Ferry Building' },
  dropoff: { lat: 0, lng: 0, label: 'City Hall' },
  driver: { name: 'Maya', vehicle: 'Blue Toyota Prius', plate: '8KTR 214' },
};

function facts(more: Partial<Facts>): Facts {
  return { phase: 'coming', state, stateAtMs: now, heardAtMs: now - 1000, retryAtMs: undefined, reach: 'streets', ...more };
}

test('a coming car is minutes, clock, status and distance', () => {
  const words = riderWords(facts({}), now, speech);
  assert.deepEqual(words.eta, { about: false, minutes: 4, grey: false });
  assert.deepEqual(words.clock, { time: '14:12', caption: 'at the pick-up' });
  assert.deepEqual([words.status, words.statusDetail, words.step], ['Maya is on the way', '1,5 km', 0]);
  assert.deepEqual(words.pill, { tone: 'live', text: 'Live', detail: '1 s ago' });
});

test('a car that is here has a headline and no minutes', () => {
  const words = riderWords(facts({ phase: 'here' }), now, speech);
  assert.deepEqual([words.title, words.second, words.eta, words.step], ['Maya is here', 'Meet at Ferry Building. Check the plate.', undefined, 1]);
});

test('a ride says where to and when', () => {
  const words = riderWords(facts({ phase: 'riding' }), now, speech);
  assert.deepEqual([words.status, words.second], ['On the way to City Hall', 'Arrives about 14:12 · 1,5 km to go']);
});

test('a car that has not reported yet has the words of its trip’s status and no minutes', () => {
  const expected = { 'enroute-to-pickup': 'Maya is on the way', 'arrived-at-pickup': 'Maya is here', 'enroute-to-dropoff': 'On the way to City Hall' } as const;
  const { eta: _, ...unseen } = state;
  Object.entries(expected).forEach(([status, text], step) => {
    const words = riderWords(facts({ phase: 'unseen', state: { ...unseen, status: status as TripState['status'] } }), now, speech);
    assert.deepEqual([words.status, words.second, words.eta, words.step], [text, 'You will see the car when it next reports.', undefined, step]);
    assert.deepEqual(words.pill, { tone: 'live', text: 'Live' });
  });
});

test('a stale car is amber, and its minutes are grey and about', () => {
  const words = riderWords(facts({ phase: 'stale', stateAtMs: now - 40_000, heardAtMs: now - 40_000 }), now, speech);
  assert.deepEqual(words.pill, { tone: 'warn', text: 'Last seen 40 s ago' });
  assert.deepEqual(words.eta, { about: true, minutes: 3, grey: true });
  assert.equal(words.clock?.caption, 'last estimate');
  assert.equal(words.status, 'Maya’s phone has gone quiet');
  assert.equal(words.footer, 'Your own connection is fine');
});

test('a cut connection says as of when, and becomes about after 10 s', () => {
  assert.equal(riderWords(facts({ phase: 'reconnecting', heardAtMs: now }), now, speech).second, 'You see the car as of 14:08:32.');
  assert.equal(riderWords(facts({ phase: 'reconnecting', heardAtMs: now }), now + 10_000, speech).eta?.about, false);
  assert.equal(riderWords(facts({ phase: 'reconnecting', heardAtMs: now }), now + 10_001, speech).eta?.about, true);
});

test('an error counts down to the next try', () => {
  const words = riderWords(facts({ phase: 'error', retryAtMs: now + 7500 }), now, speech);
  assert.deepEqual([words.title, words.second, words.retry], ['We can’t reach RideTracker', 'Your trip goes on. We try again in 8 s.', true]);
});

test('the end says where and when, and shows no driver', () => {
  const words = riderWords(facts({ phase: 'ended' }), now, speech);
  assert.deepEqual([words.title, words.second, words.showDriver], ['You have arrived', 'City Hall, 14:08. The car is no longer shown.', false]);
  assert.equal(riderWords(facts({ phase: 'ended', state: undefined, stateAtMs: undefined }), now, speech).second, 'The car is no longer shown.');
});

test('units follow the region', () => {
  assert.equal(units.distance(340), '340 m');
  assert.equal(new Units('en-US').distance(1609), '1 mi');
  assert.equal(units.speed(10), '36 km/h');
  assert.deepEqual([speech.age(0.2), speech.age(59.4), speech.age(185)], ['1 s', '59 s', '3 min']);
});

test('the clock is as people of the region write it', () => {
  const night = Date.UTC(2026, 0, 1, 0, 5);
  assert.deepEqual(['en-GB', 'de-DE', 'en-US'].map((locale) => new Units(locale, 'UTC').clock(night).replace(/\s/u, ' ')), ['00:05', '00:05', '12:05 AM']);
});

test('a screen reader hears changes only', () => {
  const announcer = new Announcer();
  const english = new Speech(pickLanguage(['en-GB']), messages, 'UTC');
  const say = (more: Partial<Facts>, nowMs: number): string | undefined => {
    const at = facts(more);
    return announcer.next(at, riderWords(at, nowMs, english), nowMs, english);
  };
  assert.equal(say({}, now), 'Maya is on the way, 4 minutes');
  assert.equal(say({}, now + 1000), undefined);
  assert.equal(say({}, now + 60_000), undefined);
  assert.equal(say({}, now + 120_000), 'Maya is on the way, 2 minutes');
  assert.equal(say({}, now + 180_000), 'Maya is on the way, 1 minute');
  assert.equal(say({ phase: 'stale', heardAtMs: now }, now + 40_000), 'Last seen 40 seconds ago');
  assert.equal(say({ phase: 'stale', heardAtMs: now }, now + 50_000), undefined);
  assert.equal(say({ phase: 'stale', heardAtMs: now }, now + 60_000), 'Last seen 1 minute ago');
  assert.equal(say({ stateAtMs: now + 61_000, heardAtMs: now + 61_000 }, now + 61_000), 'Live again. Maya is on the way, 4 minutes');
  assert.equal(say({ phase: 'offline' }, now + 62_000), 'You are offline');
});

test('other languages put the same into their own words, numbers and plural forms', async () => {
  const of = async (tag: string, more: Partial<Facts>, nowMs = now): Promise<ReturnType<typeof riderWords>> => {
    const language = pickLanguage([tag]);
    return riderWords(facts(more), nowMs, new Speech(language, await loadMessages(language), 'UTC'));
  };
  assert.equal((await of('de-DE', {})).status, 'Maya ist unterwegs');
  assert.equal((await of('es-ES', { phase: 'stale', stateAtMs: now - 40_000, heardAtMs: now - 40_000 })).pill.text, 'Visto hace 40 s');
  assert.equal((await of('ar-EG', {})).pill.detail, 'قبل ١ ث');
  const language = pickLanguage(['ar']);
  const arabic = new Speech(language, await loadMessages(language));
  assert.deepEqual([1, 2, 4, 11].map((n) => arabic.minuteUnit(n)), ['دقيقة', 'دقيقتان', 'دقائق', 'دقيقة']);
});

test('a driver or a place without a name still makes a sentence', () => {
  const { driver: _, pickup: __, dropoff: ___, ...bare } = state;
  assert.equal(riderWords(facts({ state: bare }), now, speech).status, 'Your driver is on the way');
  assert.equal(riderWords(facts({ state: bare, phase: 'here' }), now, speech).second, 'Meet at the pick-up. Check the plate.');
  assert.equal(riderWords(facts({ state: bare, phase: 'riding' }), now, speech).status, 'On the way to the drop-off');
  assert.equal(riderWords(facts({ state: bare, phase: 'ended' }), now, speech).second, '14:08. The car is no longer shown.');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TripState } from '@ridetracker/rider-client';
import type { Units } from '../page/units.js';
import type { Directory, Trip } from './directory.js';
import type { FleetTable } from './fleet-table.js';
import { carWords } from './row-words.js';

const nowMs = 1_000_000_000;
const trip: Trip = { id: 't_1', status: 'enroute-to-pickup', version: 2, pickup: { lat: 0, lng: 0 }, dropoff: { lat: 0, lng: 1 }, driver: 'd', created: 0, assigned: nowMs - 60_000, route: { version: 1, seconds: 300 } };
const table = { slotOf: () => 0, kindOf: () => 'busy', heading: () => undefined, isBusy: () => true } as unknown as FleetTable;
const more = (of: Trip, live?: Partial<TripState>): string => carWords('d', table, { drivers: new Map(), tripOf: new Map([['d', of]]) } as unknown as Directory, live as TripState | undefined, {} as Units, nowMs).more;

test('a row says by the plan about how long it takes, and by the stream of its trip how long', () => {
  assert.equal(more(trip), 'about 4 min');
  assert.equal(more(trip, { trip: 't_1', status: 'enroute-to-pickup', eta: { seconds: 400, distance: 900 } }), '7 min');
  // The stream is a step behind, or of the trip before.
  assert.equal(more(trip, { trip: 't_1', status: 'new', eta: { seconds: 400, distance: 900 } }), 'about 4 min');
  assert.equal(more(trip, { trip: 't_0', status: 'enroute-to-pickup', eta: { seconds: 400, distance: 900 } }), 'about 4 min');
});

test('a plan whose time is over, but not yet late, is due now', () => {
  assert.equal(more({ ...trip, assigned: nowMs - 310_000 }), 'due now');
});

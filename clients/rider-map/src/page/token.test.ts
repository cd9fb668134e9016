import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimsOf, renewInMs } from './token.js';

function jwt(claims: object): string {
  return `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
}

test('the trip, role and end are read from the claims', () => {
  assert.deepEqual(claimsOf(jwt({ trip: 't_8', role: 'rider', exp: 1_764_000_000 })), {
    trip: 't_8',
    role: 'rider',
    expiresMs: 1_764_000_000_000,
  });
});

test('names beyond ASCII survive, and base64url does too', () => {
  assert.equal(claimsOf(jwt({ trip: 'Zoë_🚗>>>???' }))?.trip, 'Zoë_🚗>>>???');
});

test('what is no token has no claims', () => {
  for (const text of ['', 'x', 'a.b.c', 'a.%%%.c', 'null']) assert.equal(claimsOf(text), undefined, text);
});

test('a token is renewed a minute before its end, a short one after half its time', () => {
  assert.equal(renewInMs(600_000, 0), 540_000);
  assert.equal(renewInMs(60_000, 0), 30_000);
  assert.equal(renewInMs(0, 5000), 0);
});

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Oidc } from './oidc.js';
import { Session } from './session.js';

const kept = new Map<string, string>();

before(() => {
  const storage = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, text: string) => void kept.set(name, text), removeItem: (name: string) => void kept.delete(name) };
  Object.defineProperty(globalThis, 'sessionStorage', { value: storage, configurable: true });
});

/** An issuer that always has another token. */
function sessionOf(): { readonly session: Session; readonly asked: () => number; readonly lost: () => number } {
  kept.clear();
  let asked = 0;
  let lost = 0;
  const oidc = { renew: async (refresh: string) => ({ token: `token ${++asked}`, refresh }) } as unknown as Oidc;
  return { session: new Session(oidc, () => lost++), asked: () => asked, lost: () => lost };
}

test('a refused token is renewed once for all who ask', async () => {
  const { session, asked, lost } = sessionOf();
  session.accept({ token: 'first', refresh: 'again' });
  assert.deepEqual(await Promise.all([session.get('first'), session.get('first')]), ['token 1', 'token 1']);
  assert.deepEqual([asked(), lost()], [1, 0]);
});

test('where each new token is refused as well, somebody must sign in: the issuer is not asked without end', async () => {
  const { session, asked, lost } = sessionOf();
  session.accept({ token: 'first', refresh: 'again' });
  const second = await session.get('first');
  const third = session.get(second);
  assert.deepEqual([asked(), lost(), session.signedIn, kept.size], [1, 1, false, 0]);
  session.accept({ token: 'by hand' });
  assert.equal(await third, 'by hand');
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launch, leave, missingBrowser, openPage, type Watched } from './browser.js';
import type { DispatchHook } from './dispatch-page.js';
import { audience, clientId, startIssuer, type Issuer } from './oidc-issuer.js';
import { missingServer, startDemo, type Server } from './server.js';

const reason = missingBrowser() ?? missingServer() ?? (process.env['RIDETRACKER_URL'] ? 'the server at RIDETRACKER_URL has an issuer of its own, or none' : undefined);
const limit = { timeout: 180_000, skip: reason ?? false };

let issuer: Issuer;
let server: Server;
let browser: Browser;

before(async () => {
  if (reason) return;
  issuer = await startIssuer();
  server = await startDemo({ Access__Authority: issuer.url, Access__Audience: audience, Map__OidcClientId: clientId });
  browser = await launch();
});

beforeEach(() => {
  if (reason) return;
  Object.assign(issuer, { lifeSeconds: 600, role: 'dispatcher', refreshes: true, nonce: undefined });
  for (const kind of Object.keys(issuer.grants)) delete issuer.grants[kind];
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await issuer?.stop();
});

const signInButton = '.d-oidc button';

async function open(): Promise<Watched> {
  const watched = await openPage(browser, `${server.url}/dispatch/`);
  await watched.page.waitForSelector(signInButton);
  return watched;
}

async function close({ page, complaints }: Watched, allowed = /^$/): Promise<void> {
  await leave(page);
  const issuerHost = new URL(issuer.url).host;
  assert.deepEqual(complaints.filter((complaint) => complaint !== `request to ${issuerHost}` && !allowed.test(complaint)), []);
}

async function signIn(page: Page): Promise<void> {
  await page.click(signInButton);
  await page.waitForSelector('body[data-signed-in="true"][data-map="ready"]', { state: 'attached' });
  await page.waitForFunction(() => /Live/.test(document.querySelector('.d-head .pill')?.textContent ?? ''));
}

test('somebody signs in at the issuer, comes back signed in, and no code stays in the address', limit, async () => {
  const watched = await open();
  const { page } = watched;
  assert.match(await page.innerText(signInButton), new RegExp(new URL(issuer.url).host));
  await signIn(page);
  assert.equal(page.url(), `${server.url}/dispatch/`);
  assert.deepEqual(issuer.grants, { authorization_code: 1 });
  await page.waitForFunction(() => /No car in this view/.test(document.querySelector('.d-panel .d-empty:not([hidden])')?.textContent ?? ''));
  await close(watched);
});

test('a token is renewed by itself before it ends', limit, async () => {
  const watched = await open();
  // Long enough for a slow page to be there before it is over.
  issuer.lifeSeconds = 20;
  await signIn(watched.page);
  await watched.page.waitForFunction(() => {
    const kept = sessionStorage.getItem('ridetracker.dispatch') ?? '';
    const store = window as unknown as { first?: string };
    store.first ??= kept;
    return store.first !== kept;
  });
  assert.ok((issuer.grants['refresh_token'] ?? 0) >= 1);
  assert.equal(await watched.page.isVisible('.d-sign-in'), false);
  await close(watched);
});

test('a sign-in that ran out is asked for again, and the map comes back to its place', limit, async () => {
  const watched = await open();
  const { page } = watched;
  issuer.lifeSeconds = 25;
  issuer.refreshes = false;
  await signIn(page);
  await page.click('button[aria-label="Zoom in"]');
  await page.waitForFunction(() => (window as unknown as { __ridetracker: DispatchHook }).__ridetracker.view.zoom > 14.4);
  await page.waitForSelector('.d-sign-in:not([hidden])');
  assert.match(await page.innerText('.d-sign-in'), /ran out/);
  issuer.lifeSeconds = 600;
  await signIn(page);
  await page.waitForFunction(() => (window as unknown as { __ridetracker: DispatchHook }).__ridetracker.view.zoom > 14.4);
  await close(watched, /401/);
});

test('an answer for somebody else, or of another role, is refused in words', limit, async () => {
  const watched = await open();
  const { page } = watched;
  issuer.nonce = 'of another tab';
  await page.click(signInButton);
  await page.waitForFunction(() => /somebody else/.test(document.querySelector('.d-oidc [role=alert]')?.textContent ?? ''));
  issuer.nonce = undefined;
  issuer.role = 'driver';
  await page.click(signInButton);
  await page.waitForFunction(() => /driver’s token/.test(document.querySelector('.d-oidc [role=alert]')?.textContent ?? ''));
  await page.goto(`${server.url}/dispatch/?code=stolen&state=guessed`);
  await page.waitForFunction(() => /not begun here/.test(document.querySelector('.d-oidc [role=alert]')?.textContent ?? ''));
  assert.equal(page.url(), `${server.url}/dispatch/`);
  await close(watched);
});

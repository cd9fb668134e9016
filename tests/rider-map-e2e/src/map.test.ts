import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { assertAccessible } from './axe.js';
import { launch, leave, mapReady, missingBrowser, openPage, type Watched } from './browser.js';
import { directory, tripUnderWay, type Directory, type LngLat } from './demo.js';
import { missingServer, startServer, type Server } from './server.js';

const reason = missingBrowser() ?? missingServer();
const limit = { timeout: 180_000, skip: reason ?? false };
const strategies = ['sse', 'websocket', 'long-poll', 'poll'] as const;

interface Hook {
  readonly marker?: LngLat;
  readonly state?: { readonly cursor: string; readonly vehicle?: LngLat };
  readonly strategy: string;
  readonly phase: string;
  readonly shown: number;
  readonly vehicles: readonly { readonly id: string }[];
  readonly bbox?: readonly number[];
}

let server: Server;
let browser: Browser;
let demo: Directory;

before(async () => {
  if (reason) return;
  server = await startServer();
  browser = await launch();
  demo = await directory(server.url);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

function hookOf(page: Page): Promise<Hook> {
  return page.evaluate(() => {
    const { marker, state, strategy, phase, shown, vehicles, bbox } = (window as unknown as { __ridetracker: Hook }).__ridetracker;
    return JSON.parse(JSON.stringify({ marker, state, strategy, phase, shown, vehicles, bbox })) as Hook;
  });
}

async function close({ page, complaints }: Watched): Promise<void> {
  await leave(page);
  assert.deepEqual(complaints, []);
}

for (const strategy of strategies) {
  test(`the overview shows as many cars as the API has in its viewport, by ${strategy}`, limit, async () => {
    const watched = await openPage(browser, `${server.url}/?via=${strategy}`);
    const { page } = watched;
    await mapReady(page);
    await page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.shown > 0);
    let hook: Hook;
    // What is shown may still be that of the view before: it is looked again until both agree.
    for (const endMs = Date.now() + 60_000; ; await page.waitForTimeout(250)) {
      hook = await hookOf(page);
      assert.ok(hook.bbox);
      const response = await fetch(`${server.url}/v1/vehicles/live?bbox=${hook.bbox.join(',')}`, {
        headers: { Authorization: `Bearer ${demo.dispatcherToken}` },
      });
      const { vehicles } = (await response.json()) as { vehicles: { id: string }[] };
      // Cars cross the edge between the two looks.
      const tolerance = Math.max(3, vehicles.length * 0.05);
      if (Math.abs(hook.shown - vehicles.length) <= tolerance) break;
      assert.ok(Date.now() < endMs, `${hook.shown} shown, ${vehicles.length} answered`);
    }
    assert.equal(hook.shown, hook.vehicles.length);
    assert.equal(hook.strategy, strategy);
    // And they move.
    const before = JSON.stringify(hook.vehicles);
    await page.waitForFunction(
      (old) => JSON.stringify((window as unknown as { __ridetracker: Hook }).__ridetracker.vehicles) !== old,
      before,
    );
    await close(watched);
  });
}

test('both pages live under a strict content security policy', limit, async () => {
  const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'";
  for (const path of ['/', `/t/#${(await tripUnderWay(server.url)).token}`]) {
    const watched = await openPage(browser, server.url + path, {}, async (page) => {
      await page.route(/\/(t\/)?(#.*)?$/, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
      });
    });
    await mapReady(watched.page);
    await watched.page.waitForFunction(() => {
      const hook = (window as unknown as { __ridetracker: Hook }).__ridetracker;
      return hook.marker ?? hook.shown > 0;
    });
    await close(watched);
  }
});

test('the front door leads to a ride as its rider sees it', limit, async () => {
  const watched = await openPage(browser, `${server.url}/`);
  const { page } = watched;
  await page.waitForSelector('[data-door=rider][href*="#"]');
  await page.click('[data-door=rider]');
  await page.waitForURL(/\/t\/#/);
  await mapReady(page);
  await page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.state);
  await close(watched);
});

test('the front door says in a sentence what it is, and hands the wheel to a phone by a code', limit, async () => {
  const watched = await openPage(browser, `${server.url}/`);
  const { page } = watched;
  await mapReady(page);
  assert.match(await page.innerText('h1'), /rides, live/);
  assert.deepEqual(await page.locator('.door b').allInnerTexts(), ['Wait for a ride', 'Dispatch', 'Transport lab', 'Drive with your phone']);
  await assertAccessible(page, 'the front door');
  await page.click('[data-door=phone]');
  const dialog = page.getByRole('dialog', { name: 'Drive with your phone' });
  await dialog.waitFor();
  assert.equal(await dialog.locator('.qr-url').innerText(), `${new URL(server.url).origin}/drive/`);
  assert.match(await dialog.innerText(), /only over https, or on localhost/);
  await dialog.getByLabel('Address under which').fill('town.example');
  assert.equal(await dialog.locator('.qr-url').innerText(), 'https://town.example/drive/');
  await assertAccessible(page, 'the code for a phone');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await close(watched);
});

test('without a demo the overview explains itself', limit, async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route('**/demo.json', (route) => route.fulfill({ status: 404 }));
  await page.goto(`${server.url}/`);
  await page.waitForSelector('.explain');
  await page.waitForSelector('[data-door=dispatch][href]');
  await assertAccessible(page, 'without a demo');
  assert.match(await page.innerText('.explain'), /Sign in/);
  assert.equal(await page.getAttribute('[data-door=dispatch]', 'href'), '/dispatch/');
  await context.close();
});

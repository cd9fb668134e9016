import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { assertAccessible } from './axe.js';
import { launch, leave, missingBrowser, openPage, type Watched } from './browser.js';
import { directory, Driver, tripUnderWay, type Directory } from './demo.js';
import { missingServer, startServer, type Server } from './server.js';

const reason = missingBrowser() ?? missingServer();
const limit = { timeout: 180_000, skip: reason ?? false };

interface Figures {
  readonly spanMs: number;
  readonly requests: number;
  readonly bytes: number;
  readonly answers: number;
  readonly emptyAnswers: number;
  readonly ageNowMs?: number;
  readonly ageP50Ms: number;
  readonly ageP99Ms: number;
  readonly open: number;
  readonly gaps: number;
  readonly gapMs: number;
}

interface Hook {
  readonly running: boolean;
  readonly trip?: string;
  readonly network: string;
  readonly figures: Readonly<Record<'poll-1' | 'poll-5' | 'long-poll' | 'sse' | 'websocket', Figures>>;
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
    const { running, trip, network, figures } = (window as unknown as { __ridetracker: Hook }).__ridetracker;
    return JSON.parse(JSON.stringify({ running, trip, network, figures })) as Hook;
  });
}

/** All five show a picture, and the lab has run for so long. */
async function ran(page: Page, ms: number): Promise<Hook> {
  await page.waitForSelector('body[data-pictures="5"]');
  await page.waitForFunction((wanted) => (window as unknown as { __ridetracker: Hook }).__ridetracker.figures.sse.spanMs >= wanted, ms, { timeout: 90_000 });
  return hookOf(page);
}

async function close({ page, complaints }: Watched): Promise<void> {
  await leave(page);
  assert.deepEqual(complaints, []);
}

test('the lab’s figures are those of the five ways to ask', limit, async () => {
  const watched = await openPage(browser, `${server.url}/lab/`);
  const { figures } = await ran(watched.page, 25_000);
  const aMinute = ({ requests, spanMs }: Figures): number => (requests * 60_000) / spanMs;
  const { 'poll-1': often, 'poll-5': seldom, 'long-poll': long, sse, websocket } = figures;
  assert.ok(aMinute(often) > 48 && aMinute(often) < 64, `${aMinute(often)} polls a minute at 1 s`);
  assert.ok(aMinute(seldom) > 9 && aMinute(seldom) < 16, `${aMinute(seldom)} polls a minute at 5 s`);
  for (const line of [sse, websocket]) {
    assert.deepEqual([line.requests, line.open, line.gaps], [1, 1, 0]);
    assert.ok(line.answers > 5);
    assert.equal(line.emptyAnswers, 0);
    assert.ok(line.bytes > 1000 && line.bytes < 200_000, `${line.bytes} bytes`);
    assert.ok(line.ageP50Ms > 0 && line.ageP50Ms <= line.ageP99Ms && line.ageP99Ms < 10_000);
    assert.ok(line.ageP50Ms < seldom.ageP50Ms, `${line.ageP50Ms} ms, ${seldom.ageP50Ms} ms by polling at 5 s`);
  }
  assert.deepEqual([often.gaps, seldom.gaps, long.gaps], [0, 0, 0]);
  // One request for each piece of news, and one that waits.
  assert.ok(Math.abs(long.requests - long.answers) <= 1);
  assert.ok(Math.abs(long.answers - sse.answers) <= 3, `${long.answers} by long poll, ${sse.answers} by SSE`);
  // Each answer to a poll has a head of its own, as Resource Timing counts it.
  assert.ok(often.bytes >= often.answers * 300, `${often.bytes} bytes in ${often.answers} answers`);
  assert.match(await watched.page.innerText('.verdict'), /^In the first \d+ s: asking every 1 s took \d+ requests/);
  assert.match(await watched.page.innerText('.limit'), / 6 .*HTTP\/1\.1/);
  assert.equal(await watched.page.locator('tbody tr').count(), 5);
  await assertAccessible(watched.page, 'the lab');
  await close(watched);
});

test('of a car that says nothing a poll brings answers without news, and a line brings none', limit, async () => {
  await (await Driver.at(server.url, demo)).drive(12, 0);
  const watched = await openPage(browser, `${server.url}/lab/#${demo.driverTrip.token}`);
  await watched.page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.figures['poll-1'].answers >= 5);
  const { figures } = await ran(watched.page, 6000);
  const often = figures['poll-1'];
  // The first brought the fix, and one may tell that the car is silent.
  assert.ok(often.answers - often.emptyAnswers <= 2, `${often.emptyAnswers} of ${often.answers} without news`);
  for (const [id, way] of Object.entries(figures)) {
    assert.equal(way.gaps, 0, id);
    if (!id.startsWith('poll-')) assert.equal(way.emptyAnswers, 0, id);
  }
  await close(watched);
});

test('a cut breaks every way and all are back with the trip’s state after it', limit, async () => {
  const watched = await openPage(browser, `${server.url}/lab/`);
  const { page } = watched;
  await ran(page, 3000);
  // It mends itself after a while: looked for from before it is there.
  const cut = page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.network === 'cut');
  await Promise.all([cut, page.click('[data-choice="cut"]')]);
  await page.waitForFunction(() => {
    const { network, figures } = (window as unknown as { __ridetracker: Hook }).__ridetracker;
    return network === 'good' && Object.values(figures).every((way) => way.gaps > 0 && (way.ageNowMs ?? Infinity) < 6500);
  });
  for (const [id, way] of Object.entries((await hookOf(page)).figures)) assert.ok(way.gapMs > 500, `${id}: ${way.gapMs} ms`);
  await close(watched);
});

test('paused or hidden the lab asks for nothing, and its minute stands still', limit, async () => {
  const watched = await openPage(browser, `${server.url}/lab/#${(await tripUnderWay(server.url)).token}`);
  const { page } = watched;
  await ran(page, 2000);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const rests = async (): Promise<void> => {
    assert.equal((await hookOf(page)).running, false);
    const { spanMs } = (await hookOf(page)).figures.sse;
    asked.length = 0;
    // Longer than the shortest interval between two polls, which is what is not to happen.
    await page.waitForTimeout(1500);
    assert.deepEqual(asked, []);
    const { figures } = await hookOf(page);
    assert.equal(figures.sse.spanMs, spanMs);
    assert.ok(Object.values(figures).every((way) => way.open === 0 && way.ageNowMs === undefined));
  };
  await page.click('text=Pause');
  await rests();
  await page.click('text=Go on');
  await page.waitForSelector('body[data-pictures="5"]');
  const show = (state: 'hidden' | 'visible'): Promise<void> =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await show('hidden');
  await rests();
  await show('visible');
  await page.waitForSelector('body[data-pictures="5"]');
  await page.click('text=Start over');
  await page.waitForFunction(() => (window as unknown as { __ridetracker: Hook }).__ridetracker.figures.sse.spanMs < 2000);
  await page.waitForSelector('body[data-pictures="5"]');
  await close(watched);
});

test('the lab lives under a strict content security policy, fits 320 px and names all that can be pressed', limit, async () => {
  const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'";
  const watched = await openPage(browser, `${server.url}/lab/`, { viewport: { width: 320, height: 640 }, reducedMotion: 'reduce' }, async (page) => {
    await page.route(/\/lab\/$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
    });
  });
  const { page } = watched;
  await ran(page, 1000);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320);
  const names = await page.locator('button').allInnerTexts();
  assert.deepEqual(names.filter((name) => name.trim() === ''), []);
  await page.focus('[data-choice="poll-1"]');
  await page.keyboard.press('Enter');
  assert.equal(await page.getAttribute('[data-choice="poll-1"]', 'aria-pressed'), 'true');
  assert.equal(await page.isVisible('[data-way="poll-1"]'), true);
  assert.equal(await page.isVisible('[data-way="poll-5"]'), false);
  await close(watched);
});

test('without a demo the lab says what it needs', limit, async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route('**/demo.json', (route) => route.fulfill({ status: 404 }));
  await page.goto(`${server.url}/lab/`);
  await page.waitForSelector('.notice:not([hidden])');
  assert.match(await page.innerText('.notice'), /rider’s token/);
  await context.close();
});

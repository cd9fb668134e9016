/** The system's Chromium, and pages of it that note what must not happen: requests to elsewhere, errors in the console. */
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** A path, or the name of a command. */
const wanted = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const executablePath = isAbsolute(wanted)
  ? wanted
  : ((process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, wanted)).find(existsSync) ?? wanted);

/** Why no browser can be had here, or undefined if one can. */
export function missingBrowser(): string | undefined {
  return existsSync(executablePath) ? undefined : `there is no Chromium at ${executablePath} (on Debian: apt-get install chromium)`;
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      // A page that a test answers itself has no address, and would not be let to one of this machine by WebSocket.
      '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets',
    ],
  });
}

/** What is waited for may take this long on a slow and busy machine, milliseconds: a page's first load, say, with its map. */
const patienceMs = 60_000;

export interface Watched {
  readonly page: Page;
  /** What went wrong so far, in words. */
  readonly complaints: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  prepare?: (page: Page) => Promise<void>,
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const complaints: string[] = [];
  const origin = new URL(url).host;
  page.on('request', (request) => {
    const target = new URL(request.url());
    if (target.protocol !== 'data:' && target.protocol !== 'blob:' && target.host !== origin) complaints.push(`request to ${target.host}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(`page: ${error.message}`));
  await prepare?.(page);
  await page.goto(url);
  return { page, complaints };
}

/** The page has drawn its map. */
export async function mapReady(page: Page): Promise<void> {
  await page.waitForSelector('body[data-map="ready"]', { state: 'attached', timeout: patienceMs });
}

/** Closes the page's whole context. A route's handler that is just at work may fail then, since its page is gone: that is no fault. */
export async function leave(page: Page): Promise<void> {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
}

/** Measures from the navigation until the car is drawn, with a warm server and a browser that has seen the page: prints the median and the worst. */
import { launch } from './browser.js';
import { directory } from './demo.js';
import { startServer } from './server.js';

const runs = Number(process.argv[2] ?? 15);
const server = await startServer();
const browser = await launch();

interface Times {
  readonly painted: number;
  readonly state: number;
  readonly position: number;
}

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

try {
  const demo = await directory(server.url);
  const trip = demo.trips[demo.trips.length - 1];
  if (!trip) throw new Error('The demo has no trip.');
  for (const [name, viewport] of [['phone', { width: 390, height: 844 }], ['desktop', { width: 1280, height: 800 }]] as const) {
    // One context: the first visit fills its cache and is not counted.
    const context = await browser.newContext({ viewport, locale: 'en-GB' });
    const times: Times[] = [];
    for (let run = 0; run <= runs; run++) {
      const page = await context.newPage();
      await page.goto(`${server.url}/t/#${trip.token}`);
      const handle = await page.waitForFunction(() => {
        const hook = (window as unknown as { __ridetracker?: { firstStateMs?: number; firstPositionMs?: number } }).__ridetracker;
        if (!hook?.firstPositionMs) return undefined;
        const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN;
        return { painted, state: hook.firstStateMs ?? NaN, position: hook.firstPositionMs };
      });
      if (run > 0) times.push((await handle.jsonValue()) as Times);
      await page.close();
    }
    await context.close();
    const line = (['painted', 'state', 'position'] as const).map((key) => {
      // A paint that the browser had not told of yet is left out.
      const values = times.map((time) => time[key]).filter((value) => !Number.isNaN(value));
      return `${key} ${middle(values).toFixed(0)} ms (at most ${Math.max(...values).toFixed(0)})`;
    });
    console.log(`${name}, ${runs} visits: ${line.join(', ')}`);
  }
} finally {
  await browser.close();
  await server.stop();
}

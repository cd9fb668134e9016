/** The states of the rider's page that a healthy demo does not show by itself: made from a real trip's state, one at a time. */
import type { Page, Route } from 'playwright-core';

type State = Record<string, unknown> & { readonly cursor: string };

export interface Scene {
  readonly name: string;
  /** What a poll of the trip is answered with, made from the state of a trip under way. */
  answer(state: State): { readonly status: number; readonly body?: unknown } | 'no answer' | 'wait';
  /** Done to the page once it has drawn the first state. */
  then?(page: Page): Promise<void>;
}

const now = (): number => Date.now();

/** The same as if the car had reported just now. */
function fresh(state: State): State {
  const time = now();
  const vehicle = state['vehicle'] as object | undefined;
  return { ...state, cursor: `fresh-${time}`, lastHeard: time, ...(vehicle ? { vehicle: { ...vehicle, time } } : {}) };
}

function without(state: State, ...names: string[]): State {
  return Object.fromEntries(Object.entries(state).filter(([name]) => !names.includes(name))) as State;
}

export const scenes: readonly Scene[] = [
  { name: 'loading', answer: () => 'wait' },
  {
    name: 'new',
    answer: (state) => ({ status: 200, body: { ...without(state, 'vehicle', 'path', 'eta', 'driver', 'route'), status: 'new' } }),
  },
  {
    name: 'queued',
    answer: (state) => ({
      status: 200,
      body: { ...without(state, 'vehicle', 'path', 'route'), status: 'enroute-to-pickup', eta: { seconds: 540 } },
    }),
  },
  {
    name: 'unseen',
    answer: (state) => ({ status: 200, body: { ...without(state, 'vehicle', 'path', 'route', 'eta'), status: 'enroute-to-pickup' } }),
  },
  { name: 'here', answer: (state) => ({ status: 200, body: { ...without(fresh(state), 'eta'), status: 'arrived-at-pickup' } }) },
  {
    name: 'riding',
    answer: (state) => ({
      status: 200,
      body: { ...fresh(state), status: 'enroute-to-dropoff', eta: { seconds: 420, distance: 1900 } },
    }),
  },
  {
    name: 'stale',
    answer: (state) => ({
      status: 200,
      body: { ...state, status: 'enroute-to-pickup', eta: { seconds: 120, distance: 800 }, stale: true, lastHeard: now() - 40_000 },
    }),
  },
  {
    name: 'reconnecting',
    answer: (state) => ({ status: 200, body: { ...fresh(state), status: 'enroute-to-pickup', eta: { seconds: 240, distance: 1500 } } }),
    then: async (page) => {
      await page.unroute('**/live');
      await page.route('**/live', (route) => route.abort());
      await page.waitForSelector('body[data-phase="reconnecting"]');
    },
  },
  {
    name: 'offline',
    answer: (state) => ({ status: 200, body: { ...fresh(state), status: 'enroute-to-pickup', eta: { seconds: 240, distance: 1500 } } }),
    then: async (page) => {
      await page.context().setOffline(true);
      await page.waitForSelector('body[data-phase="offline"]');
    },
  },
  { name: 'ended', answer: (state) => ({ status: 200, body: { ...without(state, 'vehicle', 'path', 'eta'), status: 'complete' } }) },
  { name: 'cancelled', answer: (state) => ({ status: 200, body: { ...without(state, 'vehicle', 'path', 'eta'), status: 'canceled' } }) },
  { name: 'revoked', answer: () => ({ status: 404, body: { title: 'No such trip.' } }) },
  { name: 'error', answer: () => 'no answer', then: async (page) => void (await page.waitForSelector('body[data-phase="error"]')) },
];

/** Answers the page's polls with the scene. */
export async function play(page: Page, scene: Scene, state: State): Promise<void> {
  await page.route('**/live', async (route: Route) => {
    const answer = scene.answer(state);
    if (answer === 'no answer') return route.abort();
    if (answer === 'wait') return;
    const { cursor } = (answer.body ?? {}) as { cursor?: string };
    if (cursor !== undefined && route.request().headers()['if-none-match'] === `"${cursor}"`) return route.fulfill({ status: 304 });
    return route.fulfill({ status: answer.status, json: answer.body });
  });
}

/** The worker that knows the streets: loads the town once, then answers where a silent car can be by now. */
import type { LngLat } from '../map/geo.js';
import { Streets, type ReachedStreet } from './reach.js';

export type Question =
  | { readonly town: string }
  | { readonly start: LngLat; readonly heading: number | undefined; readonly meters: number };

export type Answer = { readonly streets: readonly ReachedStreet[] } | { readonly failed: true };

let streets: Promise<Streets> | undefined;

async function load(town: string): Promise<Streets> {
  const response = await fetch(town);
  if (!response.ok) throw new Error(`The town answers ${response.status}.`);
  return new Streets((await response.json()) as GeoJSON.FeatureCollection);
}

self.onmessage = async ({ data }: MessageEvent<Question>): Promise<void> => {
  const tell = (answer: Answer): void => self.postMessage(answer);
  try {
    if ('town' in data) {
      streets = load(data.town);
      await streets;
    } else if (streets) tell({ streets: (await streets).within(data.start, data.heading, data.meters) });
  } catch {
    tell({ failed: true });
  }
};

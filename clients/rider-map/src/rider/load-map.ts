/** Fetches the code that draws the map, many times larger than the words, until it is there: one moment without a network costs no map. */

type MapCode = typeof import('./rider-map.js');

const againMs = 3000;

/** Undefined once `over`. Each call has one try at a time. */
export async function loadRiderMap(over?: AbortSignal): Promise<MapCode | undefined> {
  while (!over?.aborted) {
    try {
      return await import('./rider-map.js');
    } catch {
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
  return undefined;
}

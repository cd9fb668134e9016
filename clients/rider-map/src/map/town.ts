/** The town's streets, fetched once a page: asked for as soon as their address is known, taken when the map is ready for them. */

const towns = new Map<string, Promise<GeoJSON.FeatureCollection | undefined>>();

/** Undefined where there are none: the cars can still be shown, on plain land. */
export function loadTown(url: string): Promise<GeoJSON.FeatureCollection | undefined> {
  let town = towns.get(url);
  if (!town) {
    town = fetchTown(url);
    towns.set(url, town);
    // What failed is asked for again by the next map.
    void town.then((loaded) => loaded ?? towns.delete(url));
  }
  return town;
}

async function fetchTown(url: string): Promise<GeoJSON.FeatureCollection | undefined> {
  try {
    const response = await fetch(url);
    return response.ok ? ((await response.json()) as GeoJSON.FeatureCollection) : undefined;
  } catch {
    return undefined;
  }
}

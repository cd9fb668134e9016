/** What the page is told by the server: the map's base, its middle and what it owes to whom, and where to sign in. */

export interface MapConfig {
  /** An online style, or null. */
  readonly styleUrl: string | null;
  /** A PMTiles archive in the Protomaps basemap schema, or null. */
  readonly pmtiles: string | null;
  /** A file of streets, or null. */
  readonly town: string | null;
  readonly center: readonly [lng: number, lat: number];
  readonly zoom: number;
  readonly attribution: string;
  /** Where dispatchers sign in, or null. */
  readonly oidc: OidcConfig | null;
}

export interface OidcConfig {
  /** The issuer; its discovery document lies below it. */
  readonly authority: string;
  readonly clientId: string;
  readonly scope: string;
}

const fallback: MapConfig = { styleUrl: null, pmtiles: null, town: null, center: [0, 20], zoom: 2, attribution: '', oidc: null };

export interface Loaded {
  readonly config: MapConfig;
  /** Server's clock minus this device's, milliseconds; 0 when they agree as far as one can tell. */
  readonly skewMs: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A `Date` header is whole seconds and a trip over the network old: below this a difference means nothing, milliseconds. */
const skewNoiseMs = 2000;

/** `server` is the address of RideTracker, where it is not the page's own. */
export async function loadMapConfig(server: string = location.origin): Promise<Loaded> {
  try {
    const response = await fetch(new URL('/map/config.json', server), { cache: 'no-cache' });
    if (!response.ok) return { config: fallback, skewMs: 0 };
    const config: Writable<MapConfig> = { ...fallback, ...((await response.json()) as Partial<MapConfig>) };
    // Pages and workers of any address can then fetch it.
    if (config.town) config.town = new URL(config.town, server).href;
    if (config.pmtiles) config.pmtiles = new URL(config.pmtiles, server).href;
    const serverMs = Date.parse(response.headers.get('Date') ?? '') + 500;
    const skewMs = Number.isNaN(serverMs) ? 0 : serverMs - Date.now();
    return { config, skewMs: Math.abs(skewMs) > skewNoiseMs ? skewMs : 0 };
  } catch {
    // Without a base map the car can still be shown.
    return { config: fallback, skewMs: 0 };
  }
}

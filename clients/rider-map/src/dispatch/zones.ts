/** The geofences as Records has them, and how many cars are in each. */
import { latOf, lngOf } from '../map/mercator.js';
import { ApiError, type Api } from './api.js';
import type { FleetTable } from './fleet-table.js';
import { isInside, topOf, type Position } from './polygon.js';

export interface Zone {
  readonly id: string;
  readonly name: string;
  readonly dwellSeconds?: number;
  /** Polygons of rings: the border, then holes. */
  readonly polygons: readonly (readonly (readonly Position[])[])[];
  readonly box: readonly [west: number, south: number, east: number, north: number];
  readonly top: Position;
}

type ZoneFeature = GeoJSON.Feature<GeoJSON.Polygon | GeoJSON.MultiPolygon, { name?: string; dwellSeconds?: number } | null>;

/** More are not read; the rest is on the server. */
const zonesLimit = 1000;

export class Zones {
  readonly #api: Api;
  #zones: Zone[] = [];

  constructor(api: Api) {
    this.#api = api;
  }

  get all(): readonly Zone[] {
    return this.#zones;
  }

  get(id: string): Zone | undefined {
    return this.#zones.find((zone) => zone.id === id);
  }

  async load(): Promise<void> {
    const zones: Zone[] = [];
    await this.#api.pages<ZoneFeature>('/v1/geofences?geometry=true', zonesLimit, (page) => zones.push(...page.map(zoneOf)));
    this.#zones = sorted(zones);
  }

  /** One of them as it is now; undefined: it is there no more. */
  async read(id: string): Promise<Zone | undefined> {
    let zone: Zone | undefined;
    try {
      zone = zoneOf(await this.#api.json<ZoneFeature>(`/v1/geofences/${encodeURIComponent(id)}`));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
    this.#put(id, zone);
    return zone;
  }

  /** `dwellSeconds` undefined: a long stay is not told. */
  async save(id: string, name: string, dwellSeconds: number | undefined, polygons: Zone['polygons']): Promise<void> {
    const [only] = polygons;
    const geometry = polygons.length === 1 && only ? { type: 'Polygon', coordinates: only } : { type: 'MultiPolygon', coordinates: polygons };
    const properties = { name, ...(dwellSeconds === undefined ? {} : { dwellSeconds }) };
    const saved = await this.#api.json<ZoneFeature>(`/v1/geofences/${encodeURIComponent(id)}`, { method: 'PUT', body: { type: 'Feature', properties, geometry } });
    this.#put(id, zoneOf(saved));
  }

  async remove(id: string): Promise<void> {
    try {
      await this.#api.json(`/v1/geofences/${encodeURIComponent(id)}`, { method: 'DELETE' });
    } catch (error) {
      // Somebody else was faster.
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
    this.#put(id, undefined);
  }

  /** Cars of the view that are in each zone by their newest fix. */
  count(table: FleetTable): ReadonlyMap<string, number> {
    const counts = new Map(this.#zones.map((zone) => [zone.id, 0]));
    if (this.#zones.length === 0) return counts;
    for (let slot = 0; slot < table.length; slot++) {
      if (table.used[slot] !== 1) continue;
      const lng = lngOf(table.toX[slot]!);
      const lat = latOf(table.toY[slot]!);
      for (const { id, box, polygons } of this.#zones) {
        if (lng >= box[0] && lat >= box[1] && lng <= box[2] && lat <= box[3] && isInside(polygons, lng, lat)) counts.set(id, counts.get(id)! + 1);
      }
    }
    return counts;
  }

  features(chosen: string | undefined, hidden: string | undefined): GeoJSON.FeatureCollection {
    return {
      type: 'FeatureCollection',
      features: this.#zones
        .filter(({ id }) => id !== hidden)
        .map(({ id, polygons }) => ({
          type: 'Feature',
          properties: { id, chosen: id === chosen },
          geometry: { type: 'MultiPolygon', coordinates: polygons as unknown as GeoJSON.Position[][][] },
        })),
    };
  }

  #put(id: string, zone: Zone | undefined): void {
    this.#zones = sorted([...this.#zones.filter((one) => one.id !== id), ...(zone ? [zone] : [])]);
  }
}

function sorted(zones: Zone[]): Zone[] {
  return zones.sort((a, b) => a.name.localeCompare(b.name));
}

function zoneOf({ id, properties, geometry }: ZoneFeature): Zone {
  const polygons = (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as unknown as Zone['polygons'];
  const border = polygons.flatMap(([ring]) => ring ?? []);
  const lngs = border.map(([lng]) => lng);
  const lats = border.map(([, lat]) => lat);
  return {
    id: String(id),
    name: properties?.name || String(id),
    ...(properties?.dwellSeconds === undefined ? {} : { dwellSeconds: properties.dwellSeconds }),
    polygons,
    box: [Math.min(...lngs), Math.min(...lats), Math.max(...lngs), Math.max(...lats)],
    top: topOf(polygons),
  };
}

/** An id for a new zone, from its name, that no other has. */
export function newZoneId(name: string, taken: readonly Zone[]): string {
  const word = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 48) || 'zone';
  for (let number = 1; ; number++) {
    const id = number === 1 ? word : `${word}-${number}`;
    if (!taken.some((zone) => zone.id === id)) return id;
  }
}

/** The lines and areas of the rider's map: where a silent car can be, the way behind, the way ahead. */
import type * as maplibregl from 'maplibre-gl';
import { growing } from '../map/base-style.js';
import type { LngLat } from '../map/geo.js';
import type { MapColors } from '../map/theme.js';
import { farthestMeters, type ReachedStreet } from './reach.js';

export type Collection = GeoJSON.FeatureCollection;
export const none: Collection = { type: 'FeatureCollection', features: [] };

/** Adds them under the map's names. */
export function addRiderLayers(map: maplibregl.Map, before: string | undefined, colors: MapColors): void {
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  const onlyLines: maplibregl.FilterSpecification = ['==', ['geometry-type'], 'LineString'];
  const line = (id: string, source: string, color: maplibregl.ExpressionSpecification | string, px: number): void => {
    const paint = { 'line-color': color, 'line-width': growing(15, px) };
    map.addLayer({ id, source, type: 'line', filter: onlyLines, layout: round, paint }, before);
  };
  for (const id of ['behind', 'ahead', 'reach']) map.addSource(id, { type: 'geojson', data: none, tolerance: 0.1 });
  map.addLayer(
    {
      id: 'reach-area',
      source: 'reach',
      type: 'fill',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': colors.reachNear, 'fill-opacity': 0.18 },
    },
    before,
  );
  line('reach-halo', 'reach', colors.aheadHalo, 11);
  line('reach', 'reach', ['interpolate', ['linear'], ['get', 'share'], 0, colors.reachNear, 1, colors.reachFar], 7.5);
  line('behind', 'behind', colors.behind, 5);
  line('ahead-halo', 'ahead', colors.aheadHalo, 10);
  line('ahead', 'ahead', colors.ahead, 6);
}

export function lines(parts: readonly (readonly LngLat[])[]): Collection {
  const features = parts.filter((part) => part.length > 1).map((part) => feature(0, 'LineString', part.map(position)));
  return { type: 'FeatureCollection', features };
}

/** The streets, and the circle in their place, where a silent car can be. */
export function reachFeatures(streets: readonly ReachedStreet[], circle: { center: LngLat; meters: number } | undefined): Collection {
  const features = streets.map(({ line, share }) => feature(share, 'LineString', line.map(position)));
  if (circle) features.push(feature(0.5, 'Polygon', [ring(circle.center, Math.min(circle.meters, farthestMeters))]));
  return { type: 'FeatureCollection', features };
}

function position(point: LngLat): [number, number] {
  return [point.lng, point.lat];
}

function feature(share: number, type: 'LineString' | 'Polygon', coordinates: unknown): GeoJSON.Feature {
  return { type: 'Feature', properties: { share }, geometry: { type, coordinates } as GeoJSON.Geometry };
}

function ring(center: LngLat, meters: number): [number, number][] {
  const circle: [number, number][] = [];
  for (let i = 0; i <= 64; i++) {
    const angle = (i / 32) * Math.PI;
    const lat = center.lat + (Math.sin(angle) * meters) / 111_320;
    circle.push([center.lng + (Math.cos(angle) * meters) / (111_320 * Math.cos((center.lat * Math.PI) / 180)), lat]);
  }
  return circle;
}

/** The dispatcher's own lines and areas on the base map: zones, the trail behind, the way ahead, a zone that is being drawn. */
import type * as maplibregl from 'maplibre-gl';
import { growing } from '../map/base-style.js';
import type { BaseMap } from '../map/map.js';
import type { MapColors } from '../map/theme.js';

export const sources = ['zones', 'trail', 'trail-near', 'ahead', 'drawing'] as const;

export type Source = (typeof sources)[number];

const round = { 'line-cap': 'round', 'line-join': 'round' } as const;

export function addLayers({ map, labelLayer }: BaseMap, colors: MapColors, zone: string, bad: string): void {
  const before = labelLayer();
  for (const id of sources) map.addSource(id, { type: 'geojson', data: { type: 'FeatureCollection', features: [] }, tolerance: 0.1 });
  const add = (layer: maplibregl.AddLayerObject): void => void map.addLayer(layer, before);
  for (const id of ['zones', 'drawing'] as const) {
    const polygons: maplibregl.FilterSpecification = ['==', ['geometry-type'], 'Polygon'];
    add({ id: `${id}-fill`, source: id, type: 'fill', filter: polygons, paint: { 'fill-color': zone, 'fill-opacity': ['case', ['boolean', ['get', 'chosen'], false], 0.2, 0.1] } });
    add({ id: `${id}-line`, source: id, type: 'line', layout: round, paint: { 'line-color': ['case', ['boolean', ['get', 'crosses'], false], bad, zone], 'line-width': 2, 'line-dasharray': [2.4, 2.2] } });
  }
  add({ id: 'drawing-corners', source: 'drawing', type: 'circle', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': ['case', ['get', 'first'], 7, 5], 'circle-color': colors.card, 'circle-stroke-color': zone, 'circle-stroke-width': 2.5 } });
  add({ id: 'trail', source: 'trail', type: 'line', layout: round, paint: { 'line-color': colors.behind, 'line-width': growing(15, 6) } });
  add({ id: 'trail-near', source: 'trail-near', type: 'line', layout: round, paint: { 'line-color': colors.ahead, 'line-opacity': 0.75, 'line-width': growing(15, 6) } });
  add({ id: 'ahead', source: 'ahead', type: 'line', layout: round, paint: { 'line-color': colors.ahead, 'line-width': growing(15, 4), 'line-dasharray': [0.1, 1.8] } });
}

export function lineFeatures(lines: readonly (readonly (readonly [number, number])[])[]): GeoJSON.FeatureCollection {
  const features = lines
    .filter((line) => line.length > 1)
    .map((line): GeoJSON.Feature => ({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: line.map(([lng, lat]) => [lng, lat]) } }));
  return { type: 'FeatureCollection', features };
}

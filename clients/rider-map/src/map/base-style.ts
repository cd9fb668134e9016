/** Draws the base map from the town's file alone: no tiles, no glyph files, no sprites. */
import type { ExpressionSpecification, FilterSpecification, StyleSpecification } from 'maplibre-gl';
import { areaNames, growing, natureNames, oneWayArrows, railLayer, roadLayers, streetNames } from './road-layers.js';
import type { MapColors } from './theme.js';

export { firstLabelLayer, growing } from './road-layers.js';

/** Roads of the graph have `highway`; those beyond the town, which no car drives on, have `road`. */
const roadClass: ExpressionSpecification = ['coalesce', ['get', 'highway'], ['get', 'road'], ''];

function kind(name: string): FilterSpecification {
  return ['==', ['get', 'kind'], name];
}

/** Whether the file says where land is: without it everything is land, as in a file of streets alone. */
export function knowsLand(town: GeoJSON.FeatureCollection): boolean {
  return town.features.some((feature) => feature.properties?.['kind'] === 'land');
}

export function baseStyle(town: GeoJSON.FeatureCollection, attribution: string, colors: MapColors): StyleSpecification {
  const target = { source: 'town' };
  const notBridge: FilterSpecification = ['!=', ['get', 'kind'], 'bridge'];
  const isRoad: ExpressionSpecification = ['!=', roadClass, ''];
  return {
    version: 8,
    sources: { town: { type: 'geojson', data: town, attribution, tolerance: 0.2 } },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': knowsLand(town) ? colors.water : colors.land } },
      {
        ...target,
        id: 'shore',
        type: 'line',
        filter: kind('land'),
        paint: { 'line-color': colors.shore, 'line-width': growing(14, 18), 'line-blur': growing(14, 12) },
      },
      { ...target, id: 'land', type: 'fill', filter: kind('land'), paint: { 'fill-color': colors.land } },
      { ...target, id: 'land-seam', type: 'line', filter: kind('land'), layout: { 'line-join': 'round' }, paint: { 'line-color': colors.land, 'line-width': 3 } },
      { ...target, id: 'park', type: 'fill', filter: kind('park'), paint: { 'fill-color': colors.park } },
      { ...target, id: 'inland-water', type: 'fill', filter: kind('water'), paint: { 'fill-color': colors.water } },
      railLayer(target, kind('rail'), colors),
      ...roadLayers(
        target,
        {
          ground: (road) => ['all', notBridge, ['in', roadClass, ['literal', [...road.classes]]]],
          bridge: (road) => ['all', kind('bridge'), ['in', roadClass, ['literal', [...road.classes]]]] as FilterSpecification,
        },
        colors,
      ),
      oneWayArrows(target, ['==', ['get', 'oneway'], true], colors),
      natureNames(target, 'park-names', kind('park-name'), colors.parkName, colors.park, { minzoom: 13 }),
      natureNames(target, 'waterway-names', kind('waterway'), colors.waterName, colors.water, { minzoom: 14, alongLine: true }),
      natureNames(target, 'water-names', kind('water-name'), colors.waterName, colors.water, { minzoom: 11.5 }),
      streetNames(target, ['all', isRoad, ['has', 'name']], roadClass, colors),
      areaNames(target, kind('area'), colors),
    ],
  };
}

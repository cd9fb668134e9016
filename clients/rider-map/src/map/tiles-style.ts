/** Draws the base map from vector tiles in the Protomaps basemap schema, version 4, in the same colours and widths as the town. The archive says itself whose it is. */
import type { ExpressionSpecification, FilterSpecification, StyleSpecification } from 'maplibre-gl';
import { areaNames, growing, natureNames, oneWayArrows, railLayer, roadLayers, streetNames, type RoadClass } from './road-layers.js';
import type { MapColors } from './theme.js';

const source = 'tiles';

/** The schema's `kind_detail` is OpenStreetMap's class; a link is the same class with `is_link`. */
const roadClass: ExpressionSpecification = [
  'case',
  ['to-boolean', ['get', 'is_link']],
  ['concat', ['get', 'kind_detail'], '_link'],
  ['coalesce', ['get', 'kind_detail'], ['get', 'kind'], ''],
];

const greens = ['park', 'forest', 'wood', 'nature_reserve', 'national_park', 'golf_course', 'cemetery', 'grass', 'grassland', 'recreation_ground', 'village_green', 'garden', 'pitch', 'playground'];
const quarters = ['neighbourhood', 'macrohood', 'suburb', 'quarter', 'locality'];

export function tilesStyle(url: string, colors: MapColors): StyleSpecification {
  const of = (layer: string): { source: string; 'source-layer': string } => ({ source, 'source-layer': layer });
  const isBridge: ExpressionSpecification = ['to-boolean', ['get', 'is_bridge']];
  const isClass = (road: RoadClass): ExpressionSpecification => ['in', roadClass, ['literal', [...road.classes]]];
  const isPolygon: FilterSpecification = ['==', ['geometry-type'], 'Polygon'];
  const isNamedPoint: ExpressionSpecification = ['all', ['==', ['geometry-type'], 'Point'], ['has', 'name']];
  return {
    version: 8,
    sources: { [source]: { type: 'vector', url } },
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': colors.water } },
      {
        ...of('earth'),
        id: 'shore',
        type: 'line',
        filter: isPolygon,
        paint: { 'line-color': colors.shore, 'line-width': growing(14, 18), 'line-blur': growing(14, 12) },
      },
      { ...of('earth'), id: 'land', type: 'fill', filter: isPolygon, paint: { 'fill-color': colors.land } },
      { ...of('landuse'), id: 'park', type: 'fill', filter: ['in', ['get', 'kind'], ['literal', greens]], paint: { 'fill-color': colors.park } },
      { ...of('water'), id: 'inland-water', type: 'fill', filter: isPolygon, paint: { 'fill-color': colors.water } },
      railLayer(of('roads'), ['==', ['get', 'kind'], 'rail'], colors),
      ...roadLayers(
        of('roads'),
        { ground: (road) => ['all', ['!', isBridge], isClass(road)], bridge: (road) => ['all', isBridge, isClass(road)] },
        colors,
      ),
      oneWayArrows(of('roads'), ['in', ['to-string', ['get', 'oneway']], ['literal', ['yes', 'true', '1']]], colors),
      natureNames(of('water'), 'water-names', isNamedPoint, colors.waterName, colors.water),
      streetNames(of('roads'), ['all', ['has', 'name'], ['!=', ['get', 'kind'], 'rail']], roadClass, colors),
      areaNames(of('places'), ['in', ['get', 'kind'], ['literal', quarters]], colors),
    ],
  };
}

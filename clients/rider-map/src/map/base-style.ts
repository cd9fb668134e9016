/** Draws the base map from the town's streets alone: no tiles, no glyph files, no sprites. */
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import type { MapColors } from './theme.js';

/** Lines of the page go under this layer, so that names stay readable. */
export const firstLabelLayer = 'street-arrows';

type Widths = readonly [z12: number, z14: number, z16: number, z18: number];

interface RoadClass {
  readonly id: string;
  readonly classes: readonly string[];
  readonly colors: (colors: MapColors) => readonly [fill: string, casing: string];
  readonly widths: Widths;
  readonly minzoom?: number;
}

const roads: readonly RoadClass[] = [
  {
    id: 'path',
    classes: ['pedestrian', 'footway', 'path', 'steps', 'cycleway', 'bridleway', 'corridor'],
    colors: (colors) => [colors.path, colors.pathCasing],
    widths: [0.3, 1.2, 4, 10],
    minzoom: 14,
  },
  {
    id: 'minor',
    classes: ['residential', 'living_street', 'unclassified', 'service', 'road', 'track', 'busway'],
    colors: (colors) => colors.minor,
    widths: [0.5, 2.2, 8, 24],
  },
  {
    id: 'tertiary',
    classes: ['tertiary', 'tertiary_link', 'secondary_link', 'primary_link', 'trunk_link'],
    colors: (colors) => colors.tertiary,
    widths: [0.9, 3.4, 10, 28],
  },
  { id: 'secondary', classes: ['secondary'], colors: (colors) => colors.secondary, widths: [1.2, 4.2, 12, 32] },
  { id: 'primary', classes: ['primary', 'trunk'], colors: (colors) => colors.primary, widths: [1.6, 5, 13.5, 36] },
  { id: 'ramp', classes: ['motorway_link'], colors: (colors) => colors.motorway, widths: [0.9, 3.4, 10, 28] },
  { id: 'motorway', classes: ['motorway'], colors: (colors) => colors.motorway, widths: [2, 5.4, 14, 36] },
];

const casingExtra: Widths = [0.4, 1.2, 2, 3];
const zooms = [12, 14, 16, 18] as const;


function byZoom(widths: Widths): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.55], ['zoom'], ...zooms.flatMap((zoom, i) => [zoom, widths[i]!])];
}

/** A width that is right at one zoom and grows like the roads do. */
export function growing(atZoom: number, px: number): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.55], ['zoom'], atZoom - 4, px * 0.45, atZoom, px, atZoom + 3, px * 2];
}

function kind(name: string): FilterSpecification {
  return ['==', ['get', 'kind'], name];
}

export function baseStyle(townUrl: string, attribution: string, colors: MapColors): StyleSpecification {
  const town = { source: 'town' };
  const classFilter = (road: RoadClass): FilterSpecification => ['in', ['get', 'highway'], ['literal', [...road.classes]]];
  const minzoom = (road: RoadClass): { minzoom?: number } => (road.minzoom === undefined ? {} : { minzoom: road.minzoom });
  const layers: LayerSpecification[] = [
    { id: 'water', type: 'background', paint: { 'background-color': colors.water } },
    {
      ...town,
      id: 'shore',
      type: 'line',
      filter: kind('land'),
      paint: { 'line-color': colors.shore, 'line-width': growing(14, 18), 'line-blur': growing(14, 12) },
    },
    { ...town, id: 'land', type: 'fill', filter: kind('land'), paint: { 'fill-color': colors.land } },
    {
      ...town,
      id: 'land-seam',
      type: 'line',
      filter: kind('land'),
      paint: { 'line-color': colors.land, 'line-width': 3 },
    },
    { ...town, id: 'park', type: 'fill', filter: kind('park'), paint: { 'fill-color': colors.park } },
    { ...town, id: 'lake', type: 'fill', filter: kind('water'), paint: { 'fill-color': colors.water } },
    ...roads.map((road): LayerSpecification => {
      const widths = road.widths.map((width, i) => width + casingExtra[i]!) as unknown as Widths;
      return {
        ...town,
        ...minzoom(road),
        id: `${road.id}-casing`,
        type: 'line',
        filter: classFilter(road),
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': road.colors(colors)[1], 'line-width': byZoom(widths) },
      };
    }),
    ...roads.map(
      (road): LayerSpecification => ({
        ...town,
        ...minzoom(road),
        id: `${road.id}-fill`,
        type: 'line',
        filter: classFilter(road),
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': road.colors(colors)[0], 'line-width': byZoom(road.widths) },
      }),
    ),
    {
      ...town,
      id: firstLabelLayer,
      type: 'symbol',
      minzoom: 15.4,
      filter: ['==', ['get', 'oneway'], true],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 110,
        'text-field': '→',
        'text-font': ['Figtree Medium'],
        'text-size': 13,
        'text-keep-upright': false,
        'text-rotation-alignment': 'map',
      },
      paint: { 'text-color': colors.arrow },
    },
    {
      ...town,
      id: 'street-names',
      type: 'symbol',
      minzoom: 13,
      filter: ['all', ['has', 'highway'], ['has', 'name']],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 320,
        'text-field': ['get', 'name'],
        'text-font': ['Figtree Medium'],
        'text-size': ['interpolate', ['linear'], ['zoom'], 13, 10.5, 16, 13],
        'text-padding': 6,
        'text-max-angle': 30,
        // Broad roads are named first.
        'symbol-sort-key': [
          'match',
          ['get', 'highway'],
          ['motorway', 'trunk', 'primary'],
          0,
          'secondary',
          1,
          'tertiary',
          2,
          3,
        ],
      },
      paint: { 'text-color': colors.street, 'text-halo-color': colors.halo, 'text-halo-width': 1.6 },
    },
    {
      ...town,
      id: 'area-names',
      type: 'symbol',
      maxzoom: 16,
      filter: kind('area'),
      layout: {
        'text-field': ['get', 'name'],
        'text-font': ['Figtree Bold'],
        'text-size': 11.5,
        'text-letter-spacing': 0.1,
        'text-transform': 'uppercase',
        'text-max-width': 8,
        'text-padding': 8,
      },
      paint: { 'text-color': colors.area, 'text-halo-color': colors.land, 'text-halo-width': 1.4 },
    },
  ];
  return {
    version: 8,
    sources: { town: { type: 'geojson', data: townUrl, attribution, tolerance: 0.2 } },
    layers,
  };
}

/** Draws roads of every class and their names, whatever source they come from: widths, casings and order by map-design's table. */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl';
import type { MapColors } from './theme.js';

/** Lines of the page go under this layer, so that names stay readable. */
export const firstLabelLayer = 'street-arrows';

type Widths = readonly [z12: number, z14: number, z16: number, z18: number];

export interface RoadClass {
  readonly id: string;
  /** As OpenStreetMap's `highway` has them. */
  readonly classes: readonly string[];
  readonly colors: (colors: MapColors) => readonly [fill: string, casing: string];
  readonly widths: Widths;
  readonly minzoom?: number;
}

export const roads: readonly RoadClass[] = [
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
/** A bridge shows its sides. */
const bridgeExtra: Widths = [0.8, 2.6, 4.6, 7];
const zooms = [12, 14, 16, 18] as const;

function byZoom(widths: Widths): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.55], ['zoom'], ...zooms.flatMap((zoom, i) => [zoom, widths[i]!])];
}

function wider(widths: Widths, extra: Widths): Widths {
  return widths.map((width, i) => width + extra[i]!) as unknown as Widths;
}

/** A width that is right at one zoom and grows like the roads do. */
export function growing(atZoom: number, px: number): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.55], ['zoom'], atZoom - 4, px * 0.45, atZoom, px, atZoom + 3, px * 2];
}

/** Where layers find their features. */
export interface Target {
  readonly source: string;
  readonly 'source-layer'?: string;
}

export interface RoadFilters {
  /** Roads of a class on the ground. */
  readonly ground: (road: RoadClass) => FilterSpecification;
  readonly bridge: (road: RoadClass) => FilterSpecification;
}

/** Casings of all classes, then their fills, then bridges over both. */
export function roadLayers(target: Target, filters: RoadFilters, colors: MapColors): LayerSpecification[] {
  const line = (road: RoadClass, part: string, filter: FilterSpecification, color: string, widths: Widths, cap: 'round' | 'butt'): LayerSpecification => ({
    ...target,
    ...(road.minzoom === undefined ? {} : { minzoom: road.minzoom }),
    id: `${road.id}-${part}`,
    type: 'line',
    filter,
    layout: { 'line-cap': cap, 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': byZoom(widths) },
  });
  return [
    ...roads.map((road) => line(road, 'casing', filters.ground(road), road.colors(colors)[1], wider(road.widths, casingExtra), 'round')),
    ...roads.map((road) => line(road, 'fill', filters.ground(road), road.colors(colors)[0], road.widths, 'round')),
    ...roads.map((road) => line(road, 'bridge-casing', filters.bridge(road), colors.bridge, wider(road.widths, bridgeExtra), 'butt')),
    ...roads.map((road) => line(road, 'bridge', filters.bridge(road), road.colors(colors)[0], wider(road.widths, [0, 0, 0, 0]), 'butt')),
  ];
}

export function railLayer(target: Target, filter: FilterSpecification, colors: MapColors): LayerSpecification {
  return {
    ...target,
    id: 'rail',
    type: 'line',
    minzoom: 13,
    filter,
    paint: { 'line-color': colors.rail, 'line-width': byZoom([0.8, 1.6, 3.2, 6]), 'line-dasharray': [3, 1.4] },
  };
}

export function oneWayArrows(target: Target, filter: FilterSpecification, colors: MapColors): LayerSpecification {
  return {
    ...target,
    id: firstLabelLayer,
    type: 'symbol',
    minzoom: 15.4,
    filter,
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
  };
}

/** `roadClass` says the class of a feature, so that broad roads are named first. */
export function streetNames(target: Target, filter: FilterSpecification, roadClass: ExpressionSpecification, colors: MapColors): LayerSpecification {
  return {
    ...target,
    id: 'street-names',
    type: 'symbol',
    minzoom: 13,
    filter,
    layout: {
      'symbol-placement': 'line',
      'symbol-spacing': 320,
      'text-field': ['get', 'name'],
      'text-font': ['Figtree Medium'],
      'text-size': ['interpolate', ['linear'], ['zoom'], 13, 10.5, 16, 13],
      'text-padding': 6,
      'text-max-angle': 30,
      'symbol-sort-key': ['match', roadClass, ['motorway', 'trunk', 'primary'], 0, 'secondary', 1, 'tertiary', 2, 3],
    },
    paint: { 'text-color': colors.street, 'text-halo-color': colors.halo, 'text-halo-width': 1.6 },
  };
}

export function areaNames(target: Target, filter: FilterSpecification, colors: MapColors): LayerSpecification {
  return {
    ...target,
    id: 'area-names',
    type: 'symbol',
    maxzoom: 16,
    filter,
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
  };
}

/** Names of water and parks: quieter than a quarter's, in the colour of what they name. */
export function natureNames(
  target: Target,
  id: string,
  filter: FilterSpecification,
  color: string,
  halo: string,
  more: { readonly minzoom?: number; readonly alongLine?: boolean } = {},
): LayerSpecification {
  return {
    ...target,
    ...(more.minzoom === undefined ? {} : { minzoom: more.minzoom }),
    id,
    type: 'symbol',
    filter,
    layout: {
      ...(more.alongLine ? { 'symbol-placement': 'line', 'symbol-spacing': 420 } : {}),
      'text-field': ['get', 'name'],
      'text-font': ['Figtree Medium'],
      'text-size': ['interpolate', ['linear'], ['zoom'], 12, 11, 16, 13],
      'text-letter-spacing': 0.04,
      'text-max-width': 7,
      'text-padding': 6,
    },
    paint: { 'text-color': color, 'text-halo-color': halo, 'text-halo-width': 1.2 },
  };
}

/** Starts MapLibre with the base map and keeps it in the theme that is wanted. */
import * as maplibregl from 'maplibre-gl';
import { showCredits } from './attribution.js';
import { baseStyle, firstLabelLayer } from './base-style.js';
import type { MapConfig } from './map-config.js';
import { loadTown } from './town.js';
import { mapColors, onThemeChange, type MapColors, type Theme } from './theme.js';
import { mapWorkerUrl } from './workers.js';

maplibregl.setWorkerUrl(mapWorkerUrl());

export interface BaseMap {
  readonly map: maplibregl.Map;
  /** The layer that the page's own lines go under. */
  labelLayer(): string | undefined;
  /** Takes the map away, with all that it holds. */
  remove(): void;
}

export interface MapOptions {
  /** `auto` is the device's. */
  readonly theme?: Theme;
  /** What a screen reader calls the map. */
  readonly title?: string;
}

type Style = maplibregl.StyleSpecification | string;

/**
 * `addLayers` is called each time a style has come, as a style that changes takes all layers with it. What the map's
 * sources ask to be said of them is written into the `.attribution` beside the container.
 */
export async function startMap(
  container: HTMLElement,
  config: MapConfig,
  addLayers: (base: BaseMap, colors: MapColors) => void,
  { theme = 'auto', title }: MapOptions = {},
): Promise<BaseMap> {
  const [style] = await Promise.all([
    styleOf(config),
    // MapLibre draws names with the fonts that are there when it draws.
    Promise.allSettled(['500 12px "Figtree Medium"', '700 12px "Figtree Bold"'].map((font) => document.fonts.load(font))),
  ]);
  const map = new maplibregl.Map({
    container,
    style: style(mapColors(theme)),
    center: [config.center[0], config.center[1]],
    zoom: config.zoom,
    attributionControl: false,
    pitchWithRotate: false,
    dragRotate: false,
    touchPitch: false,
    fadeDuration: 120,
    ...(title === undefined ? {} : { locale: { 'Map.Title': title } }),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const offTheme = onThemeChange(() => map.setStyle(style(mapColors(theme)), { diff: false }));
  const base: BaseMap = {
    map,
    labelLayer: () =>
      map.getLayer(firstLabelLayer) ? firstLabelLayer : map.getStyle().layers.find((layer) => layer.type === 'symbol')?.id,
    remove: () => {
      offTheme();
      removeMap(map);
    },
  };
  map.on('style.load', () => addLayers(base, mapColors(theme)));
  map.on('sourcedata', ({ sourceDataType }) => {
    if (sourceDataType === 'metadata') credit(map, container, config);
  });
  return base;
}

/**
 * MapLibre keeps the reason for which it ended its last workers, an Error, and V8 keeps with an Error's stack the objects whose
 * methods were running: the map, with its canvas and all that listens to it. Without a stack nothing is kept.
 */
function removeMap(map: maplibregl.Map): void {
  const errors = Error as { stackTraceLimit?: number };
  const { stackTraceLimit } = errors;
  errors.stackTraceLimit = 0;
  try {
    map.remove();
  } finally {
    if (stackTraceLimit !== undefined) errors.stackTraceLimit = stackTraceLimit;
    else delete errors.stackTraceLimit;
  }
}

/** Which base map it is to be: an online style, tiles in one file, a file of streets, or nothing but land. */
async function styleOf(config: MapConfig): Promise<(colors: MapColors) => Style> {
  const { styleUrl, pmtiles, town, attribution } = config;
  if (styleUrl) return () => styleUrl;
  if (pmtiles) {
    const [{ addPmtiles }, { tilesStyle }] = await Promise.all([import('./pmtiles.js'), import('./tiles-style.js')]);
    addPmtiles(maplibregl);
    return (colors) => tilesStyle(`pmtiles://${pmtiles}`, colors);
  }
  const streets = town ? await loadTown(town) : undefined;
  return (colors) => (streets ? baseStyle(streets, attribution, colors) : emptyStyle(colors));
}

function credit(map: maplibregl.Map, container: HTMLElement, config: MapConfig): void {
  const sources = Object.keys(map.getStyle().sources).map((id) => map.getSource(id)?.attribution);
  const page = container.getRootNode() as Document | ShadowRoot;
  showCredits(page.querySelectorAll<HTMLElement>('.attribution'), config.attribution, sources.filter((text) => text !== undefined));
}

function emptyStyle(colors: MapColors): maplibregl.StyleSpecification {
  return {
    version: 8,
    sources: {},
    layers: [{ id: 'land', type: 'background', paint: { 'background-color': colors.land } }],
  };
}

export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

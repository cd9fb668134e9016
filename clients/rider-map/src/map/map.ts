/** Starts MapLibre with the base map and keeps it in the theme that is wanted. */
import * as maplibregl from 'maplibre-gl';
import { baseStyle, firstLabelLayer } from './base-style.js';
import type { MapConfig } from './map-config.js';
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

/**
 * `addLayers` is called each time a style has come, as a style that changes takes all layers with it.
 */
export async function startMap(
  container: HTMLElement,
  config: MapConfig,
  addLayers: (base: BaseMap, colors: MapColors) => void,
  { theme = 'auto', title }: MapOptions = {},
): Promise<BaseMap> {
  // MapLibre draws names with the fonts that are there when it draws.
  await Promise.allSettled(['500 12px "Figtree Medium"', '700 12px "Figtree Bold"'].map((font) => document.fonts.load(font)));
  const style = (): maplibregl.StyleSpecification | string =>
    config.styleUrl ??
    (config.town
      ? baseStyle(new URL(config.town, location.href).href, config.attribution, mapColors(theme))
      : emptyStyle(mapColors(theme)));
  const map = new maplibregl.Map({
    container,
    style: style(),
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
  const offTheme = onThemeChange(() => map.setStyle(style(), { diff: false }));
  const base: BaseMap = {
    map,
    labelLayer: () =>
      map.getLayer(firstLabelLayer) ? firstLabelLayer : map.getStyle().layers.find((layer) => layer.type === 'symbol')?.id,
    remove: () => {
      offTheme();
      map.remove();
    },
  };
  map.on('style.load', () => addLayers(base, mapColors(theme)));
  return base;
}

function emptyStyle(colors: MapColors): maplibregl.StyleSpecification {
  return {
    version: 8,
    sources: {},
    layers: [{ id: 'land', type: 'background', paint: { 'background-color': colors.land } }],
  };
}

export const reducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

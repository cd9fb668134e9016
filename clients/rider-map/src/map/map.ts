/** Starts MapLibre with the base map and keeps it in the theme that is wanted. */
import * as maplibregl from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { baseStyle, firstLabelLayer } from './base-style.js';
import type { MapConfig } from './map-config.js';
import { mapColors, onThemeChange, type MapColors } from './theme.js';

maplibregl.setWorkerUrl(workerUrl);

export interface BaseMap {
  readonly map: maplibregl.Map;
  /** The layer that the page's own lines go under. */
  labelLayer(): string | undefined;
}

/**
 * `addLayers` is called each time a style has come, as a style that changes takes all layers with it.
 */
export async function startMap(
  container: HTMLElement,
  config: MapConfig,
  addLayers: (base: BaseMap, colors: MapColors) => void,
): Promise<BaseMap> {
  // MapLibre draws names with the fonts that are there when it draws.
  await Promise.allSettled(['500 12px "Figtree Medium"', '700 12px "Figtree Bold"'].map((font) => document.fonts.load(font)));
  const style = (): maplibregl.StyleSpecification | string =>
    config.styleUrl ??
    (config.town
      ? baseStyle(new URL(config.town, location.href).href, config.attribution, mapColors())
      : emptyStyle(mapColors()));
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
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const base: BaseMap = {
    map,
    labelLayer: () =>
      map.getLayer(firstLabelLayer) ? firstLabelLayer : map.getStyle().layers.find((layer) => layer.type === 'symbol')?.id,
  };
  map.on('style.load', () => addLayers(base, mapColors()));
  onThemeChange(() => map.setStyle(style(), { diff: false }));
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

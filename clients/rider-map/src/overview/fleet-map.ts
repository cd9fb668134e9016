/** The overview's map: every car from one source in one layer, whatever their number. */
import type * as maplibregl from 'maplibre-gl';
import type { Vehicle } from '@ridetracker/rider-client';
import { fleetGeoJson, type Kind } from './fleet.js';
import { drawMark, markPixelRatio, marks } from '../map/fleet-marks.js';
import { boxOf, type Box } from '../map/geo.js';
import { reducedMotion, startMap, type BaseMap } from '../map/map.js';
import type { MapConfig } from '../map/map-config.js';
import type { MapColors } from '../map/theme.js';

export class FleetMap {
  readonly #onView: (box: Box) => void;
  readonly #onSelect: (id: string | undefined) => void;
  #map: maplibregl.Map | undefined;
  #vehicles: ReadonlyMap<string, Vehicle> = new Map();
  #filter: Kind | 'all' = 'all';
  #selected: string | undefined;

  constructor(onView: (box: Box) => void, onSelect: (id: string | undefined) => void) {
    this.#onView = onView;
    this.#onSelect = onSelect;
  }

  async start(container: HTMLElement, config: MapConfig): Promise<void> {
    const { map } = await startMap(container, config, (base, colors) => this.#addLayers(base, colors));
    this.#map = map;
    map.on('moveend', () => this.#tellView());
    map.on('click', (event) => {
      const { x, y } = event.point;
      // A finger is wider than a mark.
      const hit = map.queryRenderedFeatures([[x - 12, y - 12], [x + 12, y + 12]], { layers: ['fleet'] })[0];
      this.#onSelect(hit ? String(hit.properties['id']) : undefined);
    });
    map.on('mousemove', 'fleet', () => (map.getCanvas().style.cursor = 'pointer'));
    map.on('mouseleave', 'fleet', () => (map.getCanvas().style.cursor = ''));
    this.#tellView();
  }

  /** The cars on the map now, after the filter. */
  get shown(): number {
    return fleetGeoJson(this.#vehicles.values(), this.#filter, undefined).features.length;
  }

  setVehicles(vehicles: ReadonlyMap<string, Vehicle>): void {
    this.#vehicles = vehicles;
    this.#draw();
  }

  setFilter(filter: Kind | 'all'): void {
    this.#filter = filter;
    this.#draw();
  }

  select(id: string | undefined): void {
    this.#selected = id;
    this.#draw();
  }

  zoomBy(steps: number): void {
    this.#map?.zoomTo(this.#map.getZoom() + steps, { duration: reducedMotion() ? 0 : 200 });
  }

  #tellView(): void {
    const bounds = this.#map?.getBounds();
    if (bounds) this.#onView(boxOf(bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()));
  }

  #draw(): void {
    this.#map
      ?.getSource<maplibregl.GeoJSONSource>('fleet')
      ?.setData(fleetGeoJson(this.#vehicles.values(), this.#filter, this.#selected));
  }

  #addLayers({ map }: BaseMap, colors: MapColors): void {
    this.#map ??= map;
    for (const mark of marks) {
      if (!map.hasImage(mark)) map.addImage(mark, drawMark(mark, colors), { pixelRatio: markPixelRatio });
    }
    map.addSource('fleet', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
    map.addLayer({
      id: 'fleet-selected',
      source: 'fleet',
      type: 'circle',
      filter: ['==', ['get', 'selected'], true],
      paint: { 'circle-radius': 19, 'circle-color': colors.accent, 'circle-opacity': 0.22 },
    });
    map.addLayer({
      id: 'fleet',
      source: 'fleet',
      type: 'symbol',
      layout: {
        'icon-image': ['get', 'mark'],
        'icon-rotate': ['get', 'heading'],
        'icon-rotation-alignment': 'map',
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'symbol-sort-key': ['get', 'order'],
        // Far out the marks are smaller, so that a city still reads.
        'icon-size': ['interpolate', ['linear'], ['zoom'], 11, 0.55, 13.5, 0.85, 15, 1],
      },
    });
    this.#draw();
  }
}

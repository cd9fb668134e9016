/** The overview's map: every car from one source in one layer, gliding as long as there are not too many. */
import type * as maplibregl from 'maplibre-gl';
import type { Vehicle } from '@ridetracker/rider-client';
import { fleetGeoJson } from './fleet.js';
import { Glide } from './glide.js';
import { drawMark, markPixelRatio, marks } from '../map/fleet-marks.js';
import { boxOf, type Box } from '../map/geo.js';
import { reducedMotion, startMap, type BaseMap } from '../map/map.js';
import type { MapConfig } from '../map/map-config.js';
import type { MapColors } from '../map/theme.js';

/** Drawn so often while cars move, milliseconds; more of them than this just jump. */
const frameMs = 66;
const mostGliding = 600;

/** What lies over the map, pixels from its edges. */
export interface Covered {
  readonly left: number;
  readonly bottom: number;
}

export class FleetMap {
  readonly #onView: (box: Box) => void;
  readonly #covered: () => Covered;
  readonly #glide = new Glide();
  #map: maplibregl.Map | undefined;
  #vehicles: ReadonlyMap<string, Vehicle> = new Map();
  #drawnAtMs = 0;
  #frame = 0;

  constructor(onView: (box: Box) => void, covered: () => Covered) {
    this.#onView = onView;
    this.#covered = covered;
  }

  async start(container: HTMLElement, config: MapConfig): Promise<void> {
    const { map } = await startMap(container, config, (base, colors) => this.#addLayers(base, colors));
    this.#map = map;
    const { left, bottom } = this.#covered();
    const room = Math.min(container.clientWidth - left, container.clientHeight - bottom);
    // Small windows see the same town from farther away.
    map.jumpTo({ padding: { left, bottom, top: 0, right: 0 }, zoom: config.zoom + Math.min(0, Math.log2(room / 820)) });
    map.on('moveend', () => this.#tellView());
    this.#tellView();
  }

  /** The cars on the map now. */
  get shown(): number {
    return this.#vehicles.size;
  }

  setVehicles(vehicles: ReadonlyMap<string, Vehicle>): void {
    this.#vehicles = vehicles;
    if (vehicles.size <= mostGliding && !reducedMotion()) this.#glide.set(vehicles.values(), performance.now());
    this.#draw();
    if (this.#frame === 0) this.#next();
  }

  zoomBy(steps: number): void {
    this.#map?.zoomTo(this.#map.getZoom() + steps, { duration: reducedMotion() ? 0 : 200 });
  }

  #next(): void {
    this.#frame = requestAnimationFrame((nowMs) => {
      this.#frame = 0;
      if (!this.#glide.isMoving(nowMs)) return this.#draw();
      if (nowMs - this.#drawnAtMs >= frameMs) this.#draw();
      this.#next();
    });
  }

  #tellView(): void {
    const bounds = this.#map?.getBounds();
    if (bounds) this.#onView(boxOf(bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()));
  }

  #draw(): void {
    const nowMs = (this.#drawnAtMs = performance.now());
    this.#map
      ?.getSource<maplibregl.GeoJSONSource>('fleet')
      ?.setData(fleetGeoJson(this.#vehicles.values(), (vehicle) => this.#glide.whereOf(vehicle, nowMs)));
  }

  #addLayers({ map }: BaseMap, colors: MapColors): void {
    this.#map ??= map;
    for (const mark of marks) {
      if (!map.hasImage(mark)) map.addImage(mark, drawMark(mark, colors), { pixelRatio: markPixelRatio });
    }
    map.addSource('fleet', { type: 'geojson', data: { type: 'FeatureCollection', features: [] } });
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

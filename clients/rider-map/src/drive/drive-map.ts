/** The driver's map: the car as it was measured, its next stop, and the simulated car's way. */
import * as maplibregl from 'maplibre-gl';
import type { LngLat } from '../map/geo.js';
import { reducedMotion, startMap, type BaseMap } from '../map/map.js';
import type { MapConfig } from '../map/map-config.js';
import { carMarker, stopMarker } from '../map/markers.js';
import { Camera, type Padding } from '../rider/camera.js';
import { addRiderLayers, lines } from '../rider/rider-layers.js';
import type { DriverFix, Place } from './fix.js';

const captions = { pickup: 'Pick-up', dropoff: 'Drop-off' } as const;

export class DriveMap {
  readonly #padding: () => Padding;
  readonly #onTap: (place: LngLat) => void;
  readonly #car = carMarker('Your car');
  #base: BaseMap | undefined;
  #camera: Camera | undefined;
  #marker: maplibregl.Marker | undefined;
  #pin: { readonly marker: maplibregl.Marker; readonly key: string; readonly place: Place } | undefined;
  #fix: DriverFix | undefined;
  #way: readonly LngLat[] = [];
  #following = true;

  constructor(padding: () => Padding, onTap: (place: LngLat) => void) {
    this.#padding = padding;
    this.#onTap = onTap;
  }

  async start(container: HTMLElement, config: MapConfig, onHand: () => void): Promise<void> {
    const base = await startMap(container, config, (ready, colors) => {
      addRiderLayers(ready.map, ready.labelLayer(), colors);
      this.#drawWay(ready.map);
    });
    this.#base = base;
    this.#camera = new Camera(base.map, this.#padding);
    base.map.on('click', ({ lngLat }) => this.#onTap({ lng: lngLat.lng, lat: lngLat.lat }));
    for (const event of ['dragstart', 'wheel'] as const) {
      base.map.on(event, () => {
        this.#following = false;
        onHand();
      });
    }
    this.#drawCar();
    this.#follow();
  }

  get car(): LngLat | undefined {
    const at = this.#marker?.getLngLat();
    return at && { lng: at.lng, lat: at.lat };
  }

  setCar(fix: DriverFix): void {
    this.#fix = fix;
    this.#drawCar();
    this.#follow();
  }

  /** Grey while it is not heard of. */
  setTrusted(trusted: boolean): void {
    this.#car.classList.toggle('stale', !trusted);
  }

  setStop(kind: 'pickup' | 'dropoff' | undefined, place: Place | undefined): void {
    const map = this.#base?.map;
    if (!map) return;
    const key = kind && place ? `${kind} ${place.lng} ${place.lat} ${place.label ?? ''}` : '';
    if ((this.#pin?.key ?? '') === key) return;
    this.#pin?.marker.remove();
    this.#pin = undefined;
    if (kind && place) {
      const element = stopMarker(kind, captions[kind], place.label);
      this.#pin = { marker: new maplibregl.Marker({ element, anchor: 'bottom' }).setLngLat([place.lng, place.lat]).addTo(map), key, place };
    }
    this.#camera?.refit();
    this.#follow();
  }

  setWay(way: readonly LngLat[]): void {
    this.#way = way;
    if (this.#base) this.#drawWay(this.#base.map);
  }

  recentre(): void {
    this.#following = true;
    this.#camera?.refit();
    this.#follow();
  }

  zoomBy(steps: number): void {
    const map = this.#base?.map;
    map?.zoomTo(map.getZoom() + steps, { duration: reducedMotion() ? 0 : 200 });
  }

  #follow(): void {
    if (this.#following && this.#fix) this.#camera?.follow(this.#fix, this.#pin?.place, [], false, Date.now());
  }

  #drawCar(): void {
    if (!this.#base || !this.#fix) return;
    const { lng, lat, heading, speed } = this.#fix;
    if (!this.#marker) {
      this.#marker = new maplibregl.Marker({ element: this.#car, rotationAlignment: 'map' }).setLngLat([lng, lat]).addTo(this.#base.map);
      this.#car.classList.add('disc');
    }
    this.#marker.setLngLat([lng, lat]);
    if (heading === undefined) return;
    this.#car.classList.remove('disc');
    // A car that stands keeps its heading.
    if ((speed ?? 1) >= 1) this.#marker.setRotation(heading);
  }

  #drawWay(map: maplibregl.Map): void {
    map.getSource<maplibregl.GeoJSONSource>('ahead')?.setData(lines([this.#way]));
  }
}

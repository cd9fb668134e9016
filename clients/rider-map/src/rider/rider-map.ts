/** The rider's map: one car that glides, the way behind and ahead, the two stops, and a camera that follows. */
import * as maplibregl from 'maplibre-gl';
import type { TripState } from '@ridetracker/rider-client';
import { distanceMeters, lengthMeters, nearestOnLine, pointAlong, type LngLat } from '../map/geo.js';
import { reducedMotion, startMap, type BaseMap } from '../map/map.js';
import type { MapConfig } from '../map/map-config.js';
import { carMarker } from '../map/markers.js';
import { Motion } from '../map/motion.js';
import type { Theme } from '../map/theme.js';
import { Camera, type Padding } from './camera.js';
import type { ReachedStreet } from './reach.js';
import { addRiderLayers, lines, none, reachFeatures, type Collection } from './rider-layers.js';
import { StopPins, type StopCaptions } from './stop-pins.js';

/** Lines that end at the car are drawn anew no more often than this, milliseconds. */
const redrawMs = 200;
/** Farther from the planned way than this, and it is not drawn, metres. */
const offRouteMeters = 60;
/** Points of the way behind that are kept. */
const trailLimit = 3000;
/** From the middle of the car to where the way ahead begins, pixels. */
const nosePixels = 18;
/** One press of an arrow key moves the map so far, pixels. */
const panPixels = 100;

export interface View {
  readonly state: TripState;
  /** The car is as it should be: in colour, with its cone. */
  readonly trusted: boolean;
  readonly showCar: boolean;
  readonly showRoute: boolean;
}

export interface RiderMapWords extends StopCaptions {
  readonly car: string;
  readonly map: string;
}

export class RiderMap {
  readonly #motion = new Motion(reducedMotion());
  readonly #car: HTMLElement;
  readonly #words: RiderMapWords;
  readonly #theme: Theme;
  readonly #onFollowing: (following: boolean) => void;
  /** Told once, when the car is on the map for the first time. */
  readonly #onCarDrawn: () => void;
  #base: BaseMap | undefined;
  #marker: maplibregl.Marker | undefined;
  #camera: Camera | undefined;
  #pins: StopPins | undefined;
  #view: View | undefined;
  #route: LngLat[] = [];
  #trail: LngLat[][] = [];
  #reach: Collection = none;
  #reachCorners: readonly LngLat[] = [];
  #padding: Padding = { top: 80, right: 40, bottom: 40, left: 40 };
  #following = true;
  #drawnAtMs = -Infinity;
  #frame = 0;
  #carDrawn = false;
  #removed = false;
  /** From the fix time that the marker showed to the one it glides to, Unix milliseconds, and over what time of the page's clock. */
  #glide: { readonly fromMs: number; readonly toMs: number; readonly startMs: number; readonly durationMs: number } | undefined;

  constructor(words: RiderMapWords, theme: Theme, onFollowing: (following: boolean) => void, onCarDrawn: () => void) {
    this.#words = words;
    this.#theme = theme;
    this.#onFollowing = onFollowing;
    this.#onCarDrawn = onCarDrawn;
    this.#car = carMarker(words.car);
  }

  async start(container: HTMLElement, config: MapConfig): Promise<void> {
    const options = { theme: this.#theme, title: this.#words.map };
    const base = await startMap(container, config, (ready, colors) => {
      addRiderLayers(ready.map, ready.labelLayer(), colors);
      this.#setData('reach', this.#reach);
      this.#redraw();
    }, options);
    if (this.#removed) return base.remove();
    this.#base = base;
    base.map.on('movestart', (event) => {
      // Only a hand (or a key) has an event behind it; the camera's own moves have none.
      if ('originalEvent' in event && event.originalEvent) this.#follow(false);
    });
    base.map.on('moveend', () => this.#pins?.turnLabels(this.#route, this.#padding));
    this.#marker = new maplibregl.Marker({ element: this.#car, rotationAlignment: 'map', pitchAlignment: 'map' });
    this.#camera = new Camera(base.map, () => this.#padding);
    this.#pins = new StopPins(base.map, this.#words);
    this.#showStops();
    this.#run();
  }

  remove(): void {
    this.#removed = true;
    cancelAnimationFrame(this.#frame);
    this.#base?.remove();
    this.#base = undefined;
  }

  /** Where the car is drawn now. */
  get marker(): LngLat | undefined {
    if (!this.#view?.showCar || !this.#marker || !this.#car.isConnected) return undefined;
    const { lng, lat } = this.#marker.getLngLat();
    return { lng, lat };
  }

  /** The fix time, Unix milliseconds, of the place where the marker is now, as it glides from one fix to the next. */
  get shownTimeMs(): number | undefined {
    const glide = this.#glide;
    if (!glide) return undefined;
    const share = Math.min(1, Math.max(0, (performance.now() - glide.startMs) / glide.durationMs));
    return glide.fromMs + (glide.toMs - glide.fromMs) * share;
  }

  /** Where a place is on the map, pixels from its top left. */
  project(place: LngLat): { readonly x: number; readonly y: number } | undefined {
    const point = this.#base?.map.project([place.lng, place.lat]);
    return point && { x: point.x, y: point.y };
  }

  setPadding(padding: Padding): void {
    const changed = Object.entries(padding).some(([side, px]) => Math.abs(px - this.#padding[side as keyof Padding]) > 24);
    this.#padding = padding;
    if (changed) this.#camera?.refit();
    this.#run();
  }

  /** Takes a new state into the marker's motion. */
  push(state: TripState, intervalMs: number, nowMs: number): void {
    if (!state.vehicle) return;
    if (this.#trail.length === 0 || state.reset) {
      this.#trail.push((state.path ?? []).map(([lng, lat]) => ({ lng, lat })));
    }
    const glideMs = Math.max(state.nextUpdateMs ?? 1000, intervalMs);
    if (state.vehicle.time !== this.#glide?.toMs) {
      const fromMs = state.reset || reducedMotion() ? state.vehicle.time : (this.shownTimeMs ?? state.vehicle.time);
      this.#glide = { fromMs, toMs: state.vehicle.time, startMs: nowMs, durationMs: Math.max(1, glideMs) };
    }
    this.#motion.push(
      {
        vehicle: state.vehicle,
        ...(state.path ? { path: state.path } : {}),
        nextUpdateMs: glideMs,
        reset: state.reset ?? false,
        stale: state.stale ?? false,
      },
      nowMs,
    );
  }

  setView(view: View): void {
    this.#view = view;
    if (!view.state.vehicle) this.#motion.clear();
    this.#showStops();
    this.#redraw();
  }

  setRoute(line: LngLat[]): void {
    this.#route = line;
    this.#motion.setRoute(line);
    this.#camera?.refit();
    this.#redraw();
  }

  /** The streets, or the circle, where a silent car can be. */
  setReach(streets: readonly ReachedStreet[], circle: { center: LngLat; meters: number } | undefined): void {
    const reach = streets.length === 0 && !circle ? none : reachFeatures(streets, circle);
    if (reach === this.#reach) return;
    this.#reach = reach;
    this.#reachCorners = cornersOf(streets.flatMap(({ line }) => line));
    this.#run();
    this.#setData('reach', reach);
  }

  recentre(): void {
    this.#follow(true);
    this.#camera?.refit();
    this.#run();
  }

  zoomBy(steps: number): void {
    this.#follow(false);
    this.#base?.map.zoomTo(this.#base.map.getZoom() + steps, { duration: reducedMotion() ? 0 : 200 });
  }

  /** Moves the view by so many steps to the right and down. */
  panBy(right: number, down: number): void {
    this.#follow(false);
    this.#base?.map.panBy([right * panPixels, down * panPixels], { duration: reducedMotion() ? 0 : 200 });
  }

  #follow(following: boolean): void {
    if (this.#following === following) return;
    this.#following = following;
    this.#onFollowing(following);
  }

  #redraw(): void {
    this.#drawnAtMs = -Infinity;
    this.#run();
  }

  #run(): void {
    if (this.#frame === 0 && this.#base) this.#frame = requestAnimationFrame(() => this.#tick());
  }

  #tick(): void {
    this.#frame = 0;
    const base = this.#base;
    const view = this.#view;
    if (!base || !view) return;
    const nowMs = performance.now();
    const frame = this.#motion.at(nowMs);
    const car = view.showCar ? frame : undefined;
    if (!car) this.#marker?.remove();
    else {
      this.#marker?.setLngLat([car.lng, car.lat]).setRotation(car.heading ?? 0);
      if (!this.#car.isConnected) this.#marker?.addTo(base.map);
      this.#car.style.setProperty('--fade', String(car.opacity));
      this.#car.classList.toggle('disc', car.heading === undefined);
      this.#car.classList.toggle('stale', !view.trusted);
      this.#leaveTrail(car, car.opacity < 1);
    }
    if (nowMs - this.#drawnAtMs >= redrawMs || !frame?.moving) {
      this.#drawnAtMs = nowMs;
      this.#drawLines(car);
    }
    if (this.#following) {
      const way = view.showRoute ? this.#routeAhead(car) : [];
      this.#camera?.follow(car, this.#nextStop(), car ? way : [], this.#route.length > 0, nowMs, this.#reachCorners);
    }
    if (car && !this.#carDrawn) {
      this.#carDrawn = true;
      this.#onCarDrawn();
    }
    if (frame?.moving) this.#run();
  }

  #leaveTrail(car: LngLat, jumping: boolean): void {
    let part = this.#trail[this.#trail.length - 1];
    if (!part || (jumping && part.length > 0)) this.#trail.push((part = []));
    const last = part[part.length - 1];
    if (jumping || (last && distanceMeters(last, car) < 3)) return;
    part.push({ lng: car.lng, lat: car.lat });
    if (part.length > trailLimit) part.splice(0, part.length - trailLimit);
    if (this.#trail.length > 20) this.#trail.shift();
  }

  #drawLines(car: LngLat | undefined): void {
    const behind = car ? this.#trail.map((part, i) => (i === this.#trail.length - 1 ? [...part, car] : part)) : [];
    this.#setData('behind', lines(behind));
    this.#setData('ahead', lines(this.#view?.showRoute ? [this.#routeFromNose(car)] : []));
  }

  #routeAhead(car: LngLat | undefined): LngLat[] {
    if (this.#route.length < 2) return [];
    if (!car) return this.#route;
    const near = nearestOnLine(this.#route, car);
    if (near.offMeters > offRouteMeters) return [];
    return [car, near.point, ...this.#route.slice(near.segment + 1)];
  }

  /** The way ahead from the car's nose on: the line is drawn a moment after the car, and must not show behind it. */
  #routeFromNose(car: LngLat | undefined): LngLat[] {
    const way = this.#routeAhead(car);
    if (!car || way.length < 2 || !this.#base) return way;
    const metersPerPixel = (78_271.517 * Math.cos((car.lat * Math.PI) / 180)) / 2 ** this.#base.map.getZoom();
    const nose = nosePixels * metersPerPixel;
    if (lengthMeters(way) <= nose) return [];
    const start = pointAlong(way, nose).point;
    return [start, ...way.slice(nearestOnLine(way, start).segment + 1)];
  }

  #nextStop(): LngLat | undefined {
    const state = this.#view?.state;
    return state?.status === 'enroute-to-dropoff' || state?.status === 'complete' ? state.dropoff : state?.pickup;
  }

  #showStops(): void {
    if (!this.#pins || !this.#view) return;
    this.#pins.show(this.#view.state);
    this.#pins.turnLabels(this.#route, this.#padding);
  }

  #setData(source: string, data: Collection): void {
    this.#base?.map.getSource<maplibregl.GeoJSONSource>(source)?.setData(data);
  }
}

/** South-west and north-east of all points; none of none. */
function cornersOf(points: readonly LngLat[]): readonly LngLat[] {
  const [first] = points;
  if (!first) return [];
  let [west, south, east, north] = [first.lng, first.lat, first.lng, first.lat];
  for (const { lng, lat } of points) {
    west = Math.min(west, lng);
    east = Math.max(east, lng);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  return [
    { lng: west, lat: south },
    { lng: east, lat: north },
  ];
}

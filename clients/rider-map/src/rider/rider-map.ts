/** The rider's map: one car that glides, the way behind and ahead, the two stops, and a camera that follows. */
import * as maplibregl from 'maplibre-gl';
import type { TripState } from '@ridetracker/rider-client';
import { growing } from '../map/base-style.js';
import { distanceMeters, lengthMeters, nearestOnLine, pointAlong, type LngLat } from '../map/geo.js';
import { reducedMotion, startMap, type BaseMap } from '../map/map.js';
import type { MapConfig } from '../map/map-config.js';
import { carMarker, stopMarker } from '../map/markers.js';
import { Motion } from '../map/motion.js';
import { farthestMeters, type ReachedStreet } from './reach.js';
import type { MapColors } from '../map/theme.js';

type Collection = GeoJSON.FeatureCollection;

const none: Collection = { type: 'FeatureCollection', features: [] };

/** Lines that end at the car are drawn anew no more often than this, milliseconds. */
const redrawMs = 200;
/** Farther from the planned way than this, and it is not drawn, metres. */
const offRouteMeters = 60;
/** Points of the way behind that are kept. */
const trailLimit = 3000;
/** The camera lets the car move in this share of the free map, and comes after it beyond. */
const innerShare = 0.6;
const closestZoom = 16.4;
/** A label keeps so far from the edge and the card, pixels. */
const labelMargin = 12;
/** From the middle of the car to where the way ahead begins. */
const nosePixels = 18;

export interface Padding {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export interface View {
  readonly state: TripState;
  /** The car is as it should be: in colour, with its cone. */
  readonly trusted: boolean;
  readonly showCar: boolean;
  readonly showRoute: boolean;
}

export class RiderMap {
  readonly #motion = new Motion(reducedMotion());
  readonly #car = carMarker();
  readonly #onFollowing: (following: boolean) => void;
  #base: BaseMap | undefined;
  #carMarker: maplibregl.Marker | undefined;
  readonly #stops = new Map<string, { marker: maplibregl.Marker; key: string }>();
  #view: View | undefined;
  #route: LngLat[] = [];
  #trail: LngLat[][] = [];
  #reach: Collection = none;
  #padding: Padding = { top: 80, right: 40, bottom: 40, left: 40 };
  #following = true;
  #fittedFor = '';
  #drawnAtMs = -Infinity;
  #fittedAtMs = -Infinity;
  #frame = 0;

  constructor(onFollowing: (following: boolean) => void) {
    this.#onFollowing = onFollowing;
  }

  async start(container: HTMLElement, config: MapConfig): Promise<void> {
    const base = await startMap(container, config, (ready, colors) => this.#addLayers(ready, colors));
    this.#base = base;
    base.map.on('movestart', (event) => {
      // Only a hand (or a key) has an event behind it; the camera's own moves have none.
      if ('originalEvent' in event && event.originalEvent) this.#follow(false);
    });
    base.map.on('moveend', () => this.#turnLabels());
    this.#carMarker = new maplibregl.Marker({ element: this.#car, rotationAlignment: 'map', pitchAlignment: 'map' });
    this.#showStops();
    this.#run();
  }

  /** Where the car is drawn now. */
  get marker(): LngLat | undefined {
    if (!this.#view?.showCar || !this.#carMarker || !this.#car.isConnected) return undefined;
    const { lng, lat } = this.#carMarker.getLngLat();
    return { lng, lat };
  }

  get following(): boolean {
    return this.#following;
  }

  setPadding(padding: Padding): void {
    const changed = Object.entries(padding).some(([side, px]) => Math.abs(px - this.#padding[side as keyof Padding]) > 24);
    this.#padding = padding;
    if (changed) this.#fittedFor = '';
    this.#run();
  }

  /** Takes a new state into the marker's motion. */
  push(state: TripState, intervalMs: number): void {
    if (!state.vehicle) return;
    if (this.#trail.length === 0 || state.reset) {
      this.#trail.push((state.path ?? []).map(([lng, lat]) => ({ lng, lat })));
    }
    this.#motion.push(
      {
        vehicle: state.vehicle,
        ...(state.path ? { path: state.path } : {}),
        nextUpdateMs: Math.max(state.nextUpdateMs ?? 1000, intervalMs),
        reset: state.reset ?? false,
        stale: state.stale ?? false,
      },
      performance.now(),
    );
  }

  setView(view: View): void {
    this.#view = view;
    if (!view.state.vehicle) this.#motion.clear();
    this.#showStops();
    this.#drawnAtMs = -Infinity;
    this.#run();
  }

  setRoute(line: LngLat[]): void {
    this.#route = line;
    this.#motion.setRoute(line);
    this.#fittedFor = '';
    this.#drawnAtMs = -Infinity;
    this.#run();
  }

  /** The streets, or the circle, where a silent car can be. */
  setReach(streets: readonly ReachedStreet[], circle: { center: LngLat; meters: number } | undefined): void {
    const features: GeoJSON.Feature[] = streets.map(({ line, share }) => feature(share, 'LineString', line.map(position)));
    if (circle) features.push(feature(0.5, 'Polygon', [ring(circle.center, Math.min(circle.meters, farthestMeters))]));
    this.#reach = { type: 'FeatureCollection', features };
    this.#setData('reach', this.#reach);
  }

  recentre(): void {
    this.#follow(true);
    this.#fittedFor = '';
    this.#run();
  }

  zoomBy(steps: number): void {
    this.#follow(false);
    this.#base?.map.zoomTo(this.#base.map.getZoom() + steps, { duration: reducedMotion() ? 0 : 200 });
  }

  #follow(following: boolean): void {
    if (this.#following === following) return;
    this.#following = following;
    this.#onFollowing(following);
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
    const visible = frame !== undefined && view.showCar;
    if (!visible) this.#carMarker?.remove();
    else {
      this.#carMarker?.setLngLat([frame.lng, frame.lat]).setRotation(frame.heading ?? 0).addTo(base.map);
      this.#car.style.setProperty('--fade', String(frame.opacity));
      this.#car.classList.toggle('disc', frame.heading === undefined);
      this.#car.classList.toggle('stale', !view.trusted);
      this.#leaveTrail(frame, frame.opacity < 1);
    }
    if (nowMs - this.#drawnAtMs >= redrawMs || !frame?.moving) {
      this.#drawnAtMs = nowMs;
      this.#drawLines(visible ? frame : undefined);
    }
    this.#camera(visible ? frame : undefined, nowMs);
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

  #camera(car: LngLat | undefined, nowMs: number): void {
    const base = this.#base;
    if (!base || !this.#following) return;
    const stop = this.#nextStop();
    const points = [car, stop].filter((point) => point !== undefined);
    if (points.length === 0) return;
    const key = `${car ? 'car' : ''} ${stop ? `${stop.lng} ${stop.lat}` : ''} ${this.#route.length > 0}`;
    const due = nowMs - this.#fittedAtMs > 1500;
    if (key === this.#fittedFor && !(due && (this.#outside(base.map, car) || this.#tooFar(base.map, points)))) return;
    const flight = this.#fittedFor !== '' && !reducedMotion();
    this.#fittedFor = key;
    this.#fittedAtMs = nowMs;
    const camera = this.#cameraFor(base.map, points);
    if (!camera) return;
    if (flight) base.map.easeTo({ ...camera, duration: 900 });
    else base.map.jumpTo(camera);
  }

  #cameraFor(map: maplibregl.Map, points: readonly LngLat[]): maplibregl.CenterZoomBearing | undefined {
    const bounds = new maplibregl.LngLatBounds();
    for (const point of points) bounds.extend([point.lng, point.lat]);
    if (this.#view?.showRoute && points.length > 1) {
      for (const point of this.#routeAhead(points[0])) bounds.extend([point.lng, point.lat]);
    }
    const { clientWidth, clientHeight } = map.getContainer();
    const { top, right, bottom, left } = this.#padding;
    // A window with hardly any map left still gets a camera.
    const wide = clientWidth - left - right > 80 && clientHeight - top - bottom > 80;
    return map.cameraForBounds(bounds, { padding: wide ? { top, right, bottom, left } : 20, maxZoom: closestZoom });
  }

  #outside(map: maplibregl.Map, car: LngLat | undefined): boolean {
    if (!car) return false;
    const { x, y } = map.project([car.lng, car.lat]);
    const { clientWidth, clientHeight } = map.getContainer();
    const { top, right, bottom, left } = this.#padding;
    const width = clientWidth - left - right;
    const height = clientHeight - top - bottom;
    const slackX = (width * (1 - innerShare)) / 2;
    const slackY = (height * (1 - innerShare)) / 2;
    // What was fitted touches the edge of the free map: a little beyond it is where following begins.
    return (
      x < left - slackX / 4 || x > left + width + slackX / 4 || y < top - slackY / 4 || y > top + height + slackY / 4
    );
  }

  /** The car has come so near to its stop that the map can be closer. */
  #tooFar(map: maplibregl.Map, points: readonly LngLat[]): boolean {
    const zoom = this.#cameraFor(map, points)?.zoom;
    return zoom !== undefined && zoom - map.getZoom() > 0.6;
  }

  #showStops(): void {
    const base = this.#base;
    const state = this.#view?.state;
    if (!base || !state) return;
    const riding = state.status === 'enroute-to-dropoff' || state.status === 'complete';
    for (const kind of ['pickup', 'dropoff'] as const) {
      const place = state[kind];
      const shown = this.#stops.get(kind);
      const key = place ? `${place.lng} ${place.lat} ${place.label ?? ''}` : '';
      if (shown?.key !== key) {
        shown?.marker.remove();
        this.#stops.delete(kind);
        if (place) {
          const element = stopMarker(kind, place.label);
          const marker = new maplibregl.Marker({ element, anchor: 'bottom' }).setLngLat([place.lng, place.lat]).addTo(base.map);
          this.#stops.set(kind, { marker, key });
        }
      }
      const element = this.#stops.get(kind)?.marker.getElement();
      element?.classList.toggle('passed', kind === 'pickup' && riding);
    }
    this.#turnLabels();
  }

  /** A label lies away from the route, that is, from the other stop; unless it would be off the free map there. */
  #turnLabels(): void {
    const { map } = this.#base ?? {};
    const { pickup, dropoff } = this.#view?.state ?? {};
    if (!map) return;
    for (const [kind, here, there] of [['pickup', pickup, dropoff], ['dropoff', dropoff, pickup]] as const) {
      const element = this.#stops.get(kind)?.marker.getElement();
      const label = element?.querySelector<HTMLElement>('.stop-label');
      if (!element || !label || !here) continue;
      const { x } = map.project([here.lng, here.lat]);
      const needed = 34 + label.offsetWidth;
      const east = map.getContainer().clientWidth - labelMargin - x >= needed;
      const west = x - (this.#padding.left - labelMargin) >= needed;
      const wantsWest = there !== undefined && there.lng > here.lng;
      element.classList.toggle('west', west && (wantsWest || !east));
    }
  }

  #setData(source: string, data: Collection): void {
    this.#base?.map.getSource<maplibregl.GeoJSONSource>(source)?.setData(data);
  }

  #addLayers(base: BaseMap, colors: MapColors): void {
    const { map } = base;
    const before = base.labelLayer();
    const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
    for (const id of ['behind', 'ahead', 'reach']) map.addSource(id, { type: 'geojson', data: none, tolerance: 0.1 });
    map.addLayer(
      {
        id: 'reach-area',
        source: 'reach',
        type: 'fill',
        filter: ['==', ['geometry-type'], 'Polygon'],
        paint: { 'fill-color': colors.reachNear, 'fill-opacity': 0.18 },
      },
      before,
    );
    map.addLayer(
      {
        id: 'reach-halo',
        source: 'reach',
        type: 'line',
        filter: ['==', ['geometry-type'], 'LineString'],
        layout: round,
        paint: { 'line-color': colors.aheadHalo, 'line-width': growing(15, 11) },
      },
      before,
    );
    map.addLayer(
      {
        id: 'reach',
        source: 'reach',
        type: 'line',
        filter: ['==', ['geometry-type'], 'LineString'],
        layout: round,
        paint: {
          'line-color': ['interpolate', ['linear'], ['get', 'share'], 0, colors.reachNear, 1, colors.reachFar],
          'line-width': growing(15, 7.5),
        },
      },
      before,
    );
    map.addLayer(
      {
        id: 'behind',
        source: 'behind',
        type: 'line',
        layout: round,
        paint: { 'line-color': colors.behind, 'line-width': growing(15, 5) },
      },
      before,
    );
    map.addLayer(
      {
        id: 'ahead-halo',
        source: 'ahead',
        type: 'line',
        layout: round,
        paint: { 'line-color': colors.aheadHalo, 'line-width': growing(15, 10) },
      },
      before,
    );
    map.addLayer(
      {
        id: 'ahead',
        source: 'ahead',
        type: 'line',
        layout: round,
        paint: { 'line-color': colors.ahead, 'line-width': growing(15, 6) },
      },
      before,
    );
    this.#base ??= base;
    this.#setData('reach', this.#reach);
    this.#drawnAtMs = -Infinity;
    this.#run();
  }
}

function position(point: LngLat): [number, number] {
  return [point.lng, point.lat];
}

function feature(share: number, type: 'LineString' | 'Polygon', coordinates: unknown): GeoJSON.Feature {
  return { type: 'Feature', properties: { share }, geometry: { type, coordinates } as GeoJSON.Geometry };
}

function lines(parts: readonly (readonly LngLat[])[]): Collection {
  const features = parts.filter((part) => part.length > 1).map((part) => feature(0, 'LineString', part.map(position)));
  return { type: 'FeatureCollection', features };
}

function ring(center: LngLat, meters: number): [number, number][] {
  const circle: [number, number][] = [];
  for (let i = 0; i <= 64; i++) {
    const angle = (i / 32) * Math.PI;
    const lat = center.lat + (Math.sin(angle) * meters) / 111_320;
    circle.push([center.lng + (Math.cos(angle) * meters) / (111_320 * Math.cos((center.lat * Math.PI) / 180)), lat]);
  }
  return circle;
}

/** The camera that follows: fits the car and its next stop, comes after the car, and stands still while a hand has the map. */
import * as maplibregl from 'maplibre-gl';
import type { LngLat } from '../map/geo.js';
import { reducedMotion } from '../map/map.js';

/** The camera lets the car move in this share of the free map, and comes after it beyond. */
const innerShare = 0.6;
const closestZoom = 16.4;
/** Between two moves, milliseconds. */
const restMs = 1500;

/** How much of the map other things cover, pixels. */
export interface Padding {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export class Camera {
  readonly #map: maplibregl.Map;
  readonly #padding: () => Padding;
  #fittedFor = '';
  #fittedAtMs = -Infinity;

  constructor(map: maplibregl.Map, padding: () => Padding) {
    this.#map = map;
    this.#padding = padding;
  }

  /** The next move fits anew, whatever was fitted. */
  refit(): void {
    this.#fittedFor = '';
  }

  /** `way` is the way ahead; `reach`, two corners of the area where a silent car can be, is kept in sight as it grows. */
  follow(car: LngLat | undefined, stop: LngLat | undefined, way: readonly LngLat[], hasRoute: boolean, nowMs: number, reach: readonly LngLat[] = []): void {
    const points = [car, stop].filter((point) => point !== undefined);
    if (points.length === 0) return;
    const key = `${car ? 'car' : ''} ${stop ? `${stop.lng} ${stop.lat}` : ''} ${hasRoute}`;
    const due = nowMs - this.#fittedAtMs > restMs;
    const all = [...points, ...way, ...withRoom(reach)];
    const moved = this.#outside(car) || reach.some((corner) => this.#offMap(corner)) || this.#tooFar(all);
    if (key === this.#fittedFor && !(due && moved)) return;
    const flight = this.#fittedFor !== '' && !reducedMotion();
    this.#fittedFor = key;
    this.#fittedAtMs = nowMs;
    const camera = this.#fit(all);
    if (!camera) return;
    if (flight) this.#map.easeTo({ ...camera, duration: 900 });
    else this.#map.jumpTo(camera);
  }

  #fit(points: readonly LngLat[]): maplibregl.CenterZoomBearing | undefined {
    const bounds = new maplibregl.LngLatBounds();
    for (const point of points) bounds.extend([point.lng, point.lat]);
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const { top, right, bottom, left } = this.#padding();
    // A window with hardly any map left still gets a camera.
    const wide = clientWidth - left - right > 80 && clientHeight - top - bottom > 80;
    return this.#map.cameraForBounds(bounds, { padding: wide ? { top, right, bottom, left } : 20, maxZoom: closestZoom });
  }

  #outside(car: LngLat | undefined): boolean {
    if (!car) return false;
    const { x, y } = this.#map.project([car.lng, car.lat]);
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const { top, right, bottom, left } = this.#padding();
    const width = clientWidth - left - right;
    const height = clientHeight - top - bottom;
    const slackX = (width * (1 - innerShare)) / 2;
    const slackY = (height * (1 - innerShare)) / 2;
    // What was fitted touches the edge of the free map: a little beyond it is where following begins.
    return x < left - slackX / 4 || x > left + width + slackX / 4 || y < top - slackY / 4 || y > top + height + slackY / 4;
  }

  #offMap(point: LngLat): boolean {
    const { x, y } = this.#map.project([point.lng, point.lat]);
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const { top, right, bottom, left } = this.#padding();
    // Pins stand out at the top and to the sides: the area may go half into what is left for them.
    return x < left / 2 || x > clientWidth - right / 2 || y < top / 2 || y > clientHeight - bottom + 24;
  }

  /** The car has come so near to its stop that the map can be closer. */
  #tooFar(points: readonly LngLat[]): boolean {
    const zoom = this.#fit(points)?.zoom;
    return zoom !== undefined && zoom - this.#map.getZoom() > 0.6;
  }
}

/** The corners, farther out by a third, so that the camera does not move at each step of the area. */
function withRoom(reach: readonly LngLat[]): LngLat[] {
  const [a, b] = reach;
  if (!a || !b) return [];
  const [lng, lat] = [(b.lng - a.lng) / 6, (b.lat - a.lat) / 6];
  return [
    { lng: a.lng - lng, lat: a.lat - lat },
    { lng: b.lng + lng, lat: b.lat + lat },
  ];
}

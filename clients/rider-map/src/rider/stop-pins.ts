/** The two stops on the map, each with its label on the side that the way does not take. */
import * as maplibregl from 'maplibre-gl';
import type { Place, TripState } from '@ridetracker/rider-client';
import { distanceMeters, nearestOnLine, pointAlong, lengthMeters, type LngLat } from '../map/geo.js';
import { stopMarker } from '../map/markers.js';
import type { Padding } from './camera.js';

/** A label keeps so far from the edge and the card, pixels. */
const labelMargin = 12;
/** The way's direction at a stop is taken from so far along it, metres. */
const lookMeters = 120;

export interface StopCaptions {
  readonly pickup: string;
  readonly dropoff: string;
}

export class StopPins {
  readonly #pins = new Map<string, { marker: maplibregl.Marker; key: string; place: Place }>();

  constructor(
    private readonly map: maplibregl.Map,
    private readonly captions: StopCaptions,
  ) {}

  show(state: TripState): void {
    const riding = state.status === 'enroute-to-dropoff' || state.status === 'complete';
    for (const kind of ['pickup', 'dropoff'] as const) {
      const place = state[kind];
      const shown = this.#pins.get(kind);
      const key = place ? `${place.lng} ${place.lat} ${place.label ?? ''}` : '';
      if (shown?.key !== key) {
        shown?.marker.remove();
        this.#pins.delete(kind);
        if (place) {
          const element = stopMarker(kind, this.captions[kind], place.label);
          const marker = new maplibregl.Marker({ element, anchor: 'bottom' }).setLngLat([place.lng, place.lat]).addTo(this.map);
          this.#pins.set(kind, { marker, key, place });
        }
      }
      this.#pins.get(kind)?.marker.getElement().classList.toggle('passed', kind === 'pickup' && riding);
    }
  }

  /** A label lies away from the way (where there is none, from the other stop), unless it would be off the free map there; then below. */
  turnLabels(route: readonly LngLat[], padding: Padding): void {
    for (const [kind, { marker, place }] of this.#pins) {
      const element = marker.getElement();
      const label = element.querySelector<HTMLElement>('.stop-label');
      if (!label) continue;
      const { x } = this.map.project([place.lng, place.lat]);
      const width = label.offsetWidth || Number(element.dataset['width'] ?? 0);
      element.dataset['width'] = String(width);
      const [first, last] = [padding.left - labelMargin, this.map.getContainer().clientWidth - labelMargin];
      const east = last - x >= 34 + width;
      const west = x - first >= 34 + width;
      const towards = wayFrom(place, route) ?? this.#pins.get(kind === 'pickup' ? 'dropoff' : 'pickup')?.place;
      const wantsWest = towards !== undefined && towards.lng > place.lng;
      const below = x - width / 2 >= first && x + width / 2 <= last;
      element.dataset['label'] = east && (!wantsWest || !west) ? 'east' : west ? 'west' : below ? 'below' : 'none';
    }
  }
}

/** A point of the way a little from the stop, if the way touches it. */
function wayFrom(stop: LngLat, route: readonly LngLat[]): LngLat | undefined {
  if (route.length < 2) return undefined;
  const near = nearestOnLine(route, stop);
  if (distanceMeters(near.point, stop) > lookMeters) return undefined;
  const before = near.atMeters - lookMeters;
  return pointAlong(route, before > 0 ? before : Math.min(lengthMeters(route), near.atMeters + lookMeters)).point;
}

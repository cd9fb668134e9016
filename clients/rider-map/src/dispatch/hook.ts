/** What tests and other programs may read of this page, and nothing that they could change. */
import type { LngLat } from '../map/geo.js';
import type { Console } from './console.js';

export interface DispatchHook {
  /** Cars in view, and how many of them are drawn by themselves and in groups. */
  readonly shown: number;
  readonly single: number;
  readonly groups: number;
  readonly chosen: string | undefined;
  readonly strategy: string;
  readonly following: boolean;
  /** Where the chosen car is drawn, now or in the replay. */
  readonly marker: LngLat | undefined;
  /** The moment that is replayed, Unix milliseconds; undefined: now. */
  readonly moment: number | undefined;
  readonly view: { readonly lng: number; readonly lat: number; readonly zoom: number };
  readonly drivers: number;
  readonly trips: number;
  readonly trail: number;
  readonly corners: number;
  /** Ids of the cars in view, at most a thousand. */
  readonly ids: readonly string[];
  /** Where a car is drawn now, and at which pixel of the page. */
  placeOf(id: string): (LngLat & { readonly x: number; readonly y: number; readonly grouped: boolean }) | undefined;
  pixelOf(place: LngLat): { readonly x: number; readonly y: number } | undefined;
}

const idsLimit = 1000;

export function hookOf(desk: Console): DispatchHook {
  return Object.freeze({
    get shown() {
      return desk.table.counts.all;
    },
    get single() {
      return desk.map.single;
    },
    get groups() {
      return desk.map.groups;
    },
    get chosen() {
      return desk.chosen.choice?.id;
    },
    get strategy() {
      return desk.strategy;
    },
    get following() {
      return desk.map.following;
    },
    get marker() {
      return desk.map.marker;
    },
    get moment() {
      return desk.chosen.trailView.atMs;
    },
    get view() {
      const { lng, lat } = desk.map.center;
      return { lng, lat, zoom: desk.map.zoom };
    },
    get drivers() {
      return desk.directory.drivers.size;
    },
    get trips() {
      return desk.directory.trips.size;
    },
    get trail() {
      return desk.chosen.trail?.fixes.length ?? 0;
    },
    get corners() {
      return desk.desk.corners;
    },
    get ids() {
      return desk.table.ids.filter((id) => id !== undefined).slice(0, idsLimit);
    },
    placeOf: (id: string) => {
      const place = desk.map.placeOf(id);
      const pixel = place && desk.map.pixel(place);
      return place && pixel ? { ...place, ...pixel, grouped: desk.map.isGrouped(id) } : undefined;
    },
    pixelOf: (place: LngLat) => desk.map.pixel(place),
  });
}

/** The dispatcher's map: the fleet's canvas above the base map, the chosen car, its stops and lines, the zones. */
import * as maplibregl from 'maplibre-gl';
import { boxOf, type Box, type LngLat } from '../map/geo.js';
import { reducedMotion, startMap, type BaseMap } from '../map/map.js';
import type { MapConfig } from '../map/map-config.js';
import { carMarker, stopMarker } from '../map/markers.js';
import { latOf, lngOf } from '../map/mercator.js';
import { onThemeChange, type MapColors } from '../map/theme.js';
import { h, setText } from '../page/dom.js';
import { FleetCanvas } from './fleet-canvas.js';
import type { FleetTable, Kind } from './fleet-table.js';
import { addLayers, sources, type Source } from './layers.js';
import { hitGroup, hitSlot } from './hit.js';

export interface MapEvents {
  view(box: Box): void;
  choose(id: string | undefined): void;
  /** A click that a tool takes for itself; true: nothing is chosen by it. */
  click(at: LngLat): boolean;
  pointer(at: LngLat): void;
  followed(following: boolean): void;
}

/** Edges of the map that cards lie over, pixels. */
export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** An element that stands at a place of the map. */
export interface Mark {
  move(at: LngLat): void;
  remove(): void;
}

/** A place of the past. */
export type Replayed = LngLat & { readonly heading: number | undefined };

/** A car that is followed may move in this share of the free map. */
const innerShare = 0.6;
const chosenZoom = 15;
/** What margins may take of the map where something is fitted into it. */
const edgeShare = 0.6;

export class DispatchMap {
  readonly #table: FleetTable;
  readonly #events: MapEvents;
  readonly #car = carMarker();
  readonly #label = h('div', { class: 'd-car-label' });
  readonly #data = new Map<Source, GeoJSON.FeatureCollection>();
  #map: maplibregl.Map | undefined;
  #canvas: FleetCanvas | undefined;
  #marker: maplibregl.Marker | undefined;
  #stop: { marker: maplibregl.Marker; key: string } | undefined;
  #chosen: string | undefined;
  /** The slot of the chosen car, as the canvas was told. */
  #apart: number | undefined;
  #filter: Kind | 'all' = 'all';
  #replayed: Replayed | 'unknown' | undefined;
  #margins: Margins = { top: 80, right: 80, bottom: 40, left: 40 };
  #following = false;
  #tool = false;

  constructor(table: FleetTable, events: MapEvents) {
    this.#table = table;
    this.#events = events;
  }

  async start(container: HTMLElement, config: MapConfig): Promise<void> {
    const { map } = await startMap(container, config, (base, colors) => this.#addLayers(base, colors));
    this.#map = map;
    this.#marker = new maplibregl.Marker({ element: h('div', { class: 'd-car' }, this.#car, this.#label), rotationAlignment: 'viewport' });
    this.#canvas = new FleetCanvas(map, this.#table, (nowMs) => this.#placeCar(nowMs));
    onThemeChange(() => this.#canvas?.recolor());
    map.on('moveend', () => this.#tellView());
    map.on('movestart', (event) => {
      if ('originalEvent' in event && event.originalEvent) this.follow(false);
    });
    map.on('click', (event) => this.#click(event));
    map.on('mousemove', ({ lngLat, point }) => {
      this.#events.pointer(lngLat);
      this.#point(this.#hit(point.x, point.y) !== undefined);
    });
    this.#tellView();
  }

  get zoom(): number {
    return this.#map?.getZoom() ?? 0;
  }

  get center(): LngLat {
    return this.#map?.getCenter() ?? { lng: 0, lat: 0 };
  }

  get following(): boolean {
    return this.#following;
  }

  get groups(): number {
    return this.#canvas?.groups.length ?? 0;
  }

  get single(): number {
    return this.#canvas?.single ?? 0;
  }

  /** Where the chosen car is drawn. */
  get marker(): LngLat | undefined {
    if (!this.#marker?.getElement().isConnected) return undefined;
    const { lng, lat } = this.#marker.getLngLat();
    return { lng, lat };
  }

  isGrouped(id: string): boolean {
    const slot = this.#table.slotOf(id);
    return slot !== undefined && (this.#canvas?.isGrouped(slot) ?? false);
  }

  /** Pixel of a place on the page. */
  pixel({ lng, lat }: LngLat): { x: number; y: number } | undefined {
    const point = this.#map?.project([lng, lat]);
    const frame = this.#map?.getContainer().getBoundingClientRect();
    return point && frame ? { x: point.x + frame.left, y: point.y + frame.top } : undefined;
  }

  /** The place at a pixel of the page. */
  placeAt(x: number, y: number): LngLat | undefined {
    const frame = this.#map?.getContainer().getBoundingClientRect();
    return frame && this.#map?.unproject([x - frame.left, y - frame.top]);
  }

  /** Where a car is drawn now. */
  placeOf(id: string): LngLat | undefined {
    const slot = this.#table.slotOf(id);
    if (slot === undefined) return undefined;
    const nowMs = performance.now();
    return { lng: lngOf(this.#table.x(slot, nowMs)), lat: latOf(this.#table.y(slot, nowMs)) };
  }

  fleetChanged(): void {
    // The chosen car may have left the view, or come back to another slot; its old one is soon another car's.
    if (this.#chosenSlot !== this.#apart) this.#showFleet();
    else this.#canvas?.changed();
    if (this.#following) this.#keepInView();
  }

  setMargins(margins: Margins): void {
    this.#margins = margins;
  }

  setFilter(filter: Kind | 'all'): void {
    this.#filter = filter;
    this.#showFleet();
  }

  choose(id: string | undefined, label: string): void {
    this.#chosen = id;
    this.#replayed = undefined;
    setText(this.#label, label);
    this.#showFleet();
  }

  /** The chosen car as it was, `unknown` where that is not known; undefined: as it is. */
  replay(place: Replayed | 'unknown' | undefined): void {
    this.#replayed = place;
    this.#placeCar(performance.now());
  }

  setStop(kind: 'pickup' | 'dropoff', place: (LngLat & { readonly label?: string }) | undefined): void {
    const key = place ? `${kind} ${place.lng} ${place.lat}` : '';
    if (this.#stop?.key === key || !this.#map) return;
    this.#stop?.marker.remove();
    this.#stop = undefined;
    if (!place) return;
    const marker = new maplibregl.Marker({ element: stopMarker(kind, kind === 'pickup' ? 'Pick-up' : 'Drop-off', place.label), anchor: 'bottom' }).setLngLat([place.lng, place.lat]).addTo(this.#map);
    this.#stop = { marker, key };
  }

  /** An element on the map, as of a zone's name or a corner of it. */
  addMark(element: HTMLElement, at: LngLat, anchor: 'bottom' | 'center'): Mark {
    if (!this.#map) return { move: () => {}, remove: () => {} };
    const marker = new maplibregl.Marker({ element, anchor }).setLngLat([at.lng, at.lat]).addTo(this.#map);
    return { move: ({ lng, lat }) => void marker.setLngLat([lng, lat]), remove: () => void marker.remove() };
  }

  setData(source: Source, data: GeoJSON.FeatureCollection): void {
    this.#data.set(source, data);
    this.#map?.getSource<maplibregl.GeoJSONSource>(source)?.setData(data);
  }

  /** The cursor of a tool that takes clicks for itself; empty: none. */
  cursor(name: string): void {
    const canvas = this.#map?.getCanvas();
    if (canvas) canvas.style.cursor = name;
    this.#tool = name !== '';
    // Two corners near each other, or one that is set again, are not a wish to zoom.
    if (this.#tool) this.#map?.doubleClickZoom.disable();
    else this.#map?.doubleClickZoom.enable();
  }

  zoomBy(steps: number): void {
    this.#map?.zoomTo(this.zoom + steps, { duration: reducedMotion() ? 0 : 200 });
  }

  /** Brings a place into the free middle of the map, unless it is there. */
  bring(place: LngLat, near = false): void {
    const map = this.#map;
    if (!map || (!near && this.#isFree(place, 1))) return;
    this.#fly(place, near ? Math.max(this.zoom, chosenZoom) : this.zoom);
  }

  fit(box: Box): void {
    if (!this.#map) return;
    // A card that went may have left it more room just now.
    this.#map.resize();
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const { top, right, bottom, left } = this.#margins;
    // On a small screen margins and cards would leave nothing to fit it into.
    const wide = Math.min(1, (clientWidth * edgeShare) / (left + right + 40));
    const high = Math.min(1, (clientHeight * edgeShare) / (top + bottom + 40));
    const padding = { top: (top + 20) * high, right: (right + 20) * wide, bottom: (bottom + 20) * high, left: (left + 20) * wide };
    this.#map.fitBounds([box[0], box[1], box[2], box[3]], { padding, maxZoom: 16.5, duration: reducedMotion() ? 0 : 600 });
  }

  follow(following: boolean): void {
    if (this.#following === following) return;
    this.#following = following;
    this.#events.followed(following);
    if (following) this.#keepInView(true);
  }

  #keepInView(near = false): void {
    const place = this.#replayed ?? (this.#chosen === undefined ? undefined : this.placeOf(this.#chosen));
    if (place && place !== 'unknown' && (near || !this.#isFree(place, innerShare))) this.#fly(place, near ? Math.max(this.zoom, chosenZoom) : this.zoom);
  }

  #fly(place: LngLat, zoom: number): void {
    const { top, right, bottom, left } = this.#margins;
    const offset: [number, number] = [(left - right) / 2, (top - bottom) / 2];
    this.#map?.easeTo({ center: [place.lng, place.lat], zoom, offset, duration: reducedMotion() ? 0 : 700 });
  }

  /** Whether a place lies within the middle share of what no card covers. */
  #isFree(place: LngLat, share: number): boolean {
    if (!this.#map) return false;
    const { x, y } = this.#map.project([place.lng, place.lat]);
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const { top, right, bottom, left } = this.#margins;
    const width = clientWidth - left - right;
    const height = clientHeight - top - bottom;
    return Math.abs(x - left - width / 2) < (width / 2) * share && Math.abs(y - top - height / 2) < (height / 2) * share;
  }

  get #chosenSlot(): number | undefined {
    return this.#chosen === undefined ? undefined : this.#table.slotOf(this.#chosen);
  }

  #showFleet(): void {
    this.#apart = this.#chosenSlot;
    const filter = this.#filter;
    this.#canvas?.show(this.#apart, filter === 'all' ? () => true : (slot) => this.#table.kindOf(slot) === filter);
    this.#placeCar(performance.now());
  }

  #placeCar(nowMs: number): void {
    const slot = this.#chosenSlot;
    if (!this.#map || !this.#marker) return;
    const place = this.#replayed ?? (this.#chosen !== undefined && slot !== undefined ? this.placeOf(this.#chosen) : undefined);
    if (!place || place === 'unknown') return void this.#marker.remove();
    const past = this.#replayed === 'unknown' ? undefined : this.#replayed;
    const heading = past ? past.heading : this.#table.heading(slot!, nowMs);
    this.#car.classList.toggle('disc', heading === undefined);
    this.#car.classList.toggle('stale', !past && this.#table.kindOf(slot!) === 'stale');
    this.#car.style.transform = heading === undefined ? '' : `rotate(${heading.toFixed(1)}deg)`;
    this.#marker.setLngLat([place.lng, place.lat]).addTo(this.#map);
  }

  #hit(x: number, y: number): { id?: string; group?: LngLat } | undefined {
    const map = this.#map;
    const canvas = this.#canvas;
    if (!map || !canvas) return undefined;
    const project = (mercatorX: number, mercatorY: number): { x: number; y: number } => map.project([lngOf(mercatorX), latOf(mercatorY)]);
    const { lng, lat } = map.unproject([x, y]);
    const found = hitGroup(canvas.groups, x, y, project);
    if (found) return { group: { lng: lngOf(found.x), lat: latOf(found.y) } };
    const filter = this.#filter;
    const slot = hitSlot(this.#table, { lng, lat }, this.zoom, performance.now(), (one) => !canvas.isGrouped(one) && (filter === 'all' || this.#table.kindOf(one) === filter));
    return slot === undefined ? undefined : { id: this.#table.ids[slot]! };
  }

  #click({ point, lngLat }: maplibregl.MapMouseEvent): void {
    if (this.#events.click(lngLat)) return;
    const hit = this.#hit(point.x, point.y);
    if (hit?.group) this.#map?.easeTo({ center: [hit.group.lng, hit.group.lat], zoom: this.zoom + 2, duration: reducedMotion() ? 0 : 500 });
    else this.#events.choose(hit?.id);
  }

  #point(over: boolean): void {
    const canvas = this.#map?.getCanvas();
    if (canvas && !this.#tool) canvas.style.cursor = over ? 'pointer' : '';
  }

  #tellView(): void {
    const bounds = this.#map?.getBounds();
    if (bounds) this.#events.view(boxOf(bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()));
  }

  #addLayers(base: BaseMap, colors: MapColors): void {
    const { map } = base;
    this.#map ??= map;
    addLayers(base, colors, pageColor('--zone', '#6b4bd8'), pageColor('--bad', '#b3261e'));
    for (const source of sources) {
      const data = this.#data.get(source);
      if (data) map.getSource<maplibregl.GeoJSONSource>(source)?.setData(data);
    }
  }
}

/** A colour of the page's own, so that map and cards are one. */
function pageColor(name: string, otherwise: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || otherwise;
}

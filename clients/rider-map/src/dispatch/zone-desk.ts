/** Zones at work: shows them on the map, lets one be drawn, changed and deleted, and tells who came and went. */
import type { LngLat } from '../map/geo.js';
import { h, icon, setText, show } from '../page/dom.js';
import type { Units } from '../page/units.js';
import { ApiError } from './api.js';
import type { Directory } from './directory.js';
import type { DispatchMap } from './dispatch-map.js';
import type { RecordsEvent } from './event-feed.js';
import type { FleetTable } from './fleet-table.js';
import { ZonePen } from './zone-pen.js';
import { newZoneId, type Zone, type Zones } from './zones.js';
import { carsWords, ZonesView } from './zones-view.js';

export interface ZoneDeskParts {
  readonly zones: Zones;
  readonly table: FleetTable;
  readonly directory: Directory;
  readonly map: DispatchMap;
  readonly units: Units;
  now(): number;
  /** The card is to be seen, or not any more. */
  opened(open: boolean): void;
}

/** Kept of what happened, and labels on the map. */
const newsLimit = 30;
const labelsLimit = 60;
/** A click so near to the first corner closes the zone, pixels. */
const closePixels = 14;
export const zoneIcon =
  '<path fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" d="M7.5 6.5 16.5 5l3 8-6 6-8-2.5Z"/><g fill="currentColor"><circle cx="7.5" cy="6.5" r="2.4"/><circle cx="16.5" cy="5" r="2.4"/><circle cx="19.5" cy="13" r="2.4"/><circle cx="13.5" cy="19" r="2.4"/><circle cx="5.5" cy="16.5" r="2.4"/></g>';
const verbs: Readonly<Record<string, string>> = { enter: 'came into', exit: 'left', dwell: 'stays long in' };

export class ZoneDesk {
  readonly view: ZonesView;
  /** What to do while drawing, and its buttons. */
  readonly bar = h('section', { class: 'd-pen', 'aria-label': 'Drawing a zone', hidden: true });
  readonly #parts: ZoneDeskParts;
  readonly #hint = h('p', { role: 'status' });
  readonly #undo = h('button', { type: 'button', class: 'd-button' }, 'Undo');
  readonly #done = h('button', { type: 'button', class: 'd-button strong' }, 'Done');
  readonly #labels = new Map<string, { count: HTMLElement; remove: () => void }>();
  #news: RecordsEvent[] = [];
  #open = false;
  #pen: ZonePen | undefined;
  #edited: Zone | undefined;

  constructor(parts: ZoneDeskParts) {
    this.#parts = parts;
    this.view = new ZonesView({
      close: () => this.open(false),
      draw: () => this.#draw(),
      look: (id) => this.#look(id),
      edit: (id) => this.#edit(id),
      remove: (id) => this.#try(() => parts.zones.remove(id)),
      save: (name, minutes) => this.#save(name, minutes),
      leaveForm: () => this.#stop(),
    });
    const middle = h('button', { type: 'button', class: 'd-button' }, 'Corner in the middle');
    const cancel = h('button', { type: 'button', class: 'd-button' }, 'Cancel');
    middle.addEventListener('click', () => this.#corner(parts.map.center));
    cancel.addEventListener('click', () => this.#stop());
    this.#undo.addEventListener('click', () => this.undo());
    this.#done.addEventListener('click', () => this.#close());
    this.bar.append(this.#hint, h('div', { class: 'd-buttons' }, this.#undo, middle, this.#done, cancel));
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get drawing(): boolean {
    return this.#pen !== undefined;
  }

  get corners(): number {
    return this.#pen?.corners.length ?? 0;
  }

  /** Reads the zones; answers with whether that worked. */
  async load(): Promise<boolean> {
    return (await this.#try(() => this.#parts.zones.load())) === undefined;
  }

  /** The map is there: labels can stand on it. */
  mapReady(): void {
    this.#show(undefined);
  }

  open(open: boolean): void {
    if (!open) this.#stop();
    this.#open = open;
    show(this.view.element, open);
    this.#parts.opened(open);
  }

  take(event: RecordsEvent): void {
    if (!verbs[event.kind] || event.geofence === undefined) return;
    this.#news.unshift(event);
    this.#news.length = Math.min(this.#news.length, newsLimit);
    if (this.#open) this.#drawNews();
  }

  tick(): void {
    const counts = this.#parts.zones.count(this.#parts.table);
    for (const [id, { count }] of this.#labels) setText(count, carsWords(counts.get(id) ?? 0));
    if (!this.#open) return;
    this.view.setCounts(counts);
    this.#drawNews();
  }

  /** True: the click was for the pen. */
  click(at: LngLat): boolean {
    const pen = this.#pen;
    if (!pen) return false;
    if (pen.closed) return true;
    const first = pen.corners[0];
    const [from, to] = [first && this.#parts.map.pixel({ lng: first[0], lat: first[1] }), this.#parts.map.pixel(at)];
    if (pen.corners.length > 2 && from && to && Math.hypot(from.x - to.x, from.y - to.y) < closePixels) this.#close();
    else this.#corner(at);
    return true;
  }

  pointer({ lng, lat }: LngLat): void {
    if (!this.#pen || this.#pen.closed) return;
    this.#pen.point([lng, lat]);
    this.#parts.map.setData('drawing', this.#pen.features());
  }

  undo(): void {
    if (!this.#pen || this.#pen.closed) return;
    this.#pen.undo();
    this.#drawPen();
  }

  /** Esc: the drawing first, then the card. True: there was something to leave. */
  escape(): boolean {
    if (this.#pen || this.#edited) this.#stop();
    else if (this.#open) this.open(false);
    else return false;
    return true;
  }

  #draw(): void {
    this.#pen = new ZonePen();
    show(this.view.element, false);
    show(this.bar, true);
    document.body.classList.add('d-drawing');
    this.#parts.map.cursor('crosshair');
    this.#drawPen();
  }

  #corner({ lng, lat }: LngLat): void {
    this.#pen?.add([Math.round(lng * 1e6) / 1e6, Math.round(lat * 1e6) / 1e6]);
    this.#drawPen();
  }

  #close(): void {
    if (!this.#pen?.close()) return;
    this.#parts.map.cursor('');
    show(this.bar, false);
    document.body.classList.remove('d-drawing');
    show(this.view.element, true);
    this.#parts.map.setData('drawing', this.#pen.features());
    this.view.showForm(undefined);
  }

  #edit(id: string): void {
    this.#edited = this.#parts.zones.get(id);
    this.#look(id);
    this.view.showForm(this.#edited);
  }

  async #save(name: string, minutes: number | undefined): Promise<string | undefined> {
    const { zones } = this.#parts;
    if (name === '') return 'Give the zone a name.';
    const dwellSeconds = minutes === undefined ? undefined : minutes * 60;
    const edited = this.#edited;
    const pen = this.#pen;
    const fault = await this.#try(async () => {
      if (edited) await zones.save(edited.id, name, dwellSeconds, edited.polygons);
      else if (pen) await zones.save(newZoneId(name, zones.all), name, dwellSeconds, [[pen.ring]]);
    });
    if (fault === undefined) this.#stop();
    return fault;
  }

  /** Back to the list; what was drawn and not saved is gone. */
  #stop(): void {
    this.#pen = undefined;
    this.#edited = undefined;
    document.body.classList.remove('d-drawing');
    show(this.bar, false);
    this.view.showList();
    this.#parts.map.cursor('');
    this.#parts.map.setData('drawing', { type: 'FeatureCollection', features: [] });
    show(this.view.element, this.#open);
    this.#show(undefined);
  }

  #look(id: string): void {
    const zone = this.#parts.zones.get(id);
    if (zone) this.#parts.map.fit(zone.box);
    this.#show(id);
  }

  /** What went wrong, in words. */
  async #try(run: () => Promise<void>): Promise<string | undefined> {
    try {
      await run();
      this.#show(undefined);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return error.message;
      throw error;
    }
  }

  #show(chosen: string | undefined): void {
    const { zones, map } = this.#parts;
    map.setData('zones', zones.features(chosen, undefined));
    for (const { remove } of this.#labels.values()) remove();
    this.#labels.clear();
    for (const zone of zones.all.slice(0, labelsLimit)) {
      const count = h('span', {}, '');
      const label = h('div', { class: 'd-zone-label' }, icon(zoneIcon, 16), h('b', {}, zone.name), count);
      this.#labels.set(zone.id, { count, remove: map.addLabel(label, { lng: zone.top[0], lat: zone.top[1] }) });
    }
    this.view.setZones(zones.all);
    this.tick();
  }

  #drawPen(): void {
    const pen = this.#pen;
    if (!pen) return;
    const { fault, corners } = pen;
    this.#undo.disabled = corners.length === 0;
    this.#done.disabled = fault !== undefined;
    const crossing = corners.length > 2 && fault !== undefined;
    setText(this.#hint, crossing ? `${fault}: undo a corner.` : corners.length === 0 ? 'Click the map to set the corners of the zone.' : fault ? `${fault} to go.` : 'Click the first corner, or Done, to close it.');
    this.#parts.map.setData('drawing', pen.features());
  }

  #drawNews(): void {
    const { directory, zones, units } = this.#parts;
    const nowMs = this.#parts.now();
    this.view.setNews(
      this.#news.map(({ driver = '', kind, geofence = '', time, data }) => {
        const { plate, name } = directory.drivers.get(driver) ?? {};
        const zone = zones.get(geofence)?.name ?? (typeof data?.['name'] === 'string' ? data['name'] : geofence);
        return { text: `${plate ?? name ?? driver} ${verbs[kind] ?? kind} ${zone}`, ago: `${units.age(Math.max(1, (nowMs - time) / 1000))} ago` };
      }),
    );
  }
}

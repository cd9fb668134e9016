/** Zones at work: shows them on the map, lets one be drawn, changed and deleted, and tells who came and went. */
import { rounded, type LngLat } from '../map/geo.js';
import { show } from '../page/dom.js';
import type { Units } from '../page/units.js';
import { ApiError } from './api.js';
import type { Directory } from './directory.js';
import type { DispatchMap } from './dispatch-map.js';
import type { RecordsEvent } from './event-feed.js';
import type { FleetTable } from './fleet-table.js';
import { ZoneBar } from './zone-bar.js';
import { ZoneLabels } from './zone-labels.js';
import { ZoneNews } from './zone-news.js';
import { ZonePen } from './zone-pen.js';
import { ZoneShaper } from './zone-shaper.js';
import { faultWords, meanwhileWords, penWords } from './zone-words.js';
import { newZoneId, type Zone, type Zones } from './zones.js';
import { ZonesView } from './zones-view.js';

export interface ZoneDeskParts {
  readonly zones: Zones;
  readonly table: FleetTable;
  readonly directory: Directory;
  readonly map: DispatchMap;
  readonly units: Units;
  now(): number;
  /** The card is to be seen, or not any more. */
  opened(open: boolean): void;
  /** What lies over the map has changed. */
  covered(): void;
}

/** A click so near to the first corner closes the zone, pixels. */
const closePixels = 14;

export class ZoneDesk {
  readonly view: ZonesView;
  readonly bar: ZoneBar;
  readonly #parts: ZoneDeskParts;
  readonly #labels: ZoneLabels;
  readonly #news = new ZoneNews();
  readonly #shaper: ZoneShaper;
  #open = false;
  /** While a new one is drawn. */
  #pen: ZonePen | undefined;
  /** The zone in the form; undefined: a new one, or none. */
  #edited: Zone | undefined;
  /** The same as Records had it when it was last asked; undefined: not at all. */
  #known: Zone | undefined;

  constructor(parts: ZoneDeskParts) {
    this.#parts = parts;
    this.#labels = new ZoneLabels(parts.map);
    this.#shaper = new ZoneShaper(parts.map, () => this.#drawTool());
    this.view = new ZonesView({
      close: () => this.open(false),
      draw: () => this.#draw(),
      look: (id) => this.#look(id),
      edit: (id) => this.#edit(id),
      shape: () => this.#moveCorners(),
      remove: (id) => this.#try(() => parts.zones.remove(id)),
      save: (name, minutes) => this.#save(name, minutes),
      leaveForm: () => this.#stop(),
    });
    this.bar = new ZoneBar({
      undo: () => this.undo(),
      middle: () => this.#corner(parts.map.center),
      remove: () => this.#shaper.removeCorner(),
      done: () => (this.#pen ? this.#close() : this.#leaveCorners(true)),
      cancel: () => (this.#pen ? this.#stop() : this.#leaveCorners(false)),
    });
  }

  get isOpen(): boolean {
    return this.#open;
  }

  get drawing(): boolean {
    return this.#pen !== undefined;
  }

  /** The corners of a border are being moved: only the bar lies over a small map. */
  get shaping(): boolean {
    return this.#shaper.isOn;
  }

  /** Corners were set or moved that a step to somewhere else would lose. */
  get isUnsaved(): boolean {
    return this.corners > 0;
  }

  get corners(): number {
    return this.#pen?.corners.length ?? this.#shaper.shape?.count ?? 0;
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
    this.#news.take(event);
    if (this.#open) this.#drawNews();
  }

  tick(): void {
    const counts = this.#parts.zones.count(this.#parts.table);
    this.#labels.setCounts(counts);
    if (!this.#open) return;
    this.view.setCounts(counts);
    this.#drawNews();
  }

  /** True: the click was for the tool. */
  click(at: LngLat): boolean {
    this.#shaper.click(at);
    const pen = this.#pen;
    if (!pen) return this.shaping;
    const first = pen.corners[0];
    const [from, to] = [first && this.#parts.map.pixel({ lng: first[0], lat: first[1] }), this.#parts.map.pixel(at)];
    if (pen.corners.length > 2 && from && to && Math.hypot(from.x - to.x, from.y - to.y) < closePixels) this.#close();
    else this.#corner(at);
    return true;
  }

  pointer({ lng, lat }: LngLat): void {
    if (!this.#pen) return;
    this.#pen.point([lng, lat]);
    this.#parts.map.setData('drawing', this.#pen.features());
  }

  /** The map shows another part of itself. */
  viewChanged(): void {
    this.#shaper.viewChanged();
  }

  /** True: there was something to take back. */
  undo(): boolean {
    if (!this.#pen) return this.#shaper.undo();
    this.#pen.undo();
    this.#drawTool();
    return true;
  }

  /** Esc: the corners first, then the form or drawing, then the card. True: there was something to leave. */
  escape(): boolean {
    if (this.shaping) this.#leaveCorners(false);
    else if (this.#pen || this.#edited || this.#shaper.shape) this.#stop();
    else if (this.#open) this.open(false);
    else return false;
    return true;
  }

  #draw(): void {
    this.#pen = new ZonePen();
    show(this.view.element, false);
    this.#drawTool();
  }

  #corner({ lng, lat }: LngLat): void {
    this.#pen?.add([rounded(lng), rounded(lat)]);
    this.#drawTool();
  }

  #close(): void {
    const pen = this.#pen;
    if (!pen || pen.fault !== undefined) return;
    this.#pen = undefined;
    this.#shaper.set([[pen.ring]]);
    show(this.view.element, true);
    this.#drawTool();
    this.view.showForm(undefined);
    this.#sayShape();
  }

  #edit(id: string): void {
    this.#edited = this.#known = this.#parts.zones.get(id);
    this.#look(id);
    this.view.showForm(this.#edited);
    this.#sayShape();
  }

  /** The corners of the zone in the form become handles. */
  #moveCorners(): void {
    const isFirst = this.#shaper.shape === undefined;
    this.#shaper.begin(this.#edited?.polygons);
    this.#shapingChanged();
    if (this.#edited && isFirst) this.#parts.map.fit(this.#edited.box);
    this.#shaper.focusFirst();
  }

  #leaveCorners(keep: boolean): void {
    this.#shaper.end(keep);
    this.#shapingChanged();
    this.view.focusShape();
  }

  #shapingChanged(): void {
    this.#drawTool();
    this.#sayShape();
    this.#show(this.#edited?.id);
    this.#parts.covered();
  }

  async #save(name: string, minutes: number | undefined): Promise<string | undefined> {
    const { zones } = this.#parts;
    if (name === '') return 'Give the zone a name.';
    const dwellSeconds = minutes === undefined ? undefined : minutes * 60;
    const [edited, { shape }] = [this.#edited, this.#shaper];
    const id = edited?.id ?? newZoneId(name, zones.all);
    let meanwhile: string | undefined;
    const fault = await this.#try(async () => {
      meanwhile = edited && (await this.#lookAgain(edited.id));
      if (meanwhile === undefined) await zones.save(id, name, dwellSeconds, shape?.polygons ?? edited?.polygons ?? []);
    });
    // Whoever has left the form meanwhile may be in another one.
    if (fault === undefined && meanwhile === undefined && this.#edited?.id === edited?.id) this.#stop();
    return fault ?? meanwhile;
  }

  /** What somebody else did to it since it was read, told once. The API has no versions of a zone that it could be asked to check. */
  async #lookAgain(id: string): Promise<string | undefined> {
    const now = await this.#parts.zones.read(id);
    const isSame = JSON.stringify(now) === JSON.stringify(this.#known);
    if (this.#edited?.id !== id) return undefined;
    this.#known = now;
    // Who only gives it another name keeps the border that it has now.
    this.#edited = now ?? this.#edited;
    return isSame ? undefined : now ? meanwhileWords.changed : meanwhileWords.gone;
  }

  /** Back to the list; what was drawn or moved and not saved is gone. */
  #stop(): void {
    this.#shaper.set(undefined);
    this.#pen = this.#edited = this.#known = undefined;
    this.view.showList();
    this.#drawTool();
    show(this.view.element, this.#open);
    this.#show(undefined);
    this.#parts.covered();
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
      this.#show(this.#edited?.id);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return faultWords(error);
      throw error;
    }
  }

  #show(chosen: string | undefined): void {
    const { zones, map } = this.#parts;
    // The one whose border is being changed is drawn as it will be.
    const hidden = this.#shaper.shape && this.#edited?.id;
    map.setData('zones', zones.features(chosen, hidden));
    this.#labels.set(zones.all.filter(({ id }) => id !== hidden));
    this.view.setZones(zones.all);
    this.tick();
  }

  /** What is drawn or moved, and the bar that goes with it. */
  #drawTool(): void {
    const { map } = this.#parts;
    const pen = this.#pen;
    map.setData('drawing', pen?.features() ?? this.#shaper.shape?.features() ?? { type: 'FeatureCollection', features: [] });
    map.cursor(pen ? 'crosshair' : this.#shaper.cursor);
    if (!pen) return this.bar.draw(this.#shaper.bar);
    const isFault = pen.corners.length > 2 && pen.fault !== undefined;
    this.bar.draw({ tool: 'draw', hint: penWords(pen), isFault, canUndo: pen.corners.length > 0, canRemove: false, canEnd: pen.fault === undefined });
  }

  #sayShape(): void {
    this.view.setShape(...this.#shaper.words(this.#edited?.polygons));
  }

  #drawNews(): void {
    const { directory, zones, units } = this.#parts;
    this.view.setNews(this.#news.words(directory, zones, units, this.#parts.now()));
  }
}

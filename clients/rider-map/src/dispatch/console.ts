/** The dispatcher's desk, put together: the stream into the table, the table into map and list, one car chosen. */
import type { End, Status } from '@ridetracker/rider-client';
import type { MapConfig } from '../map/map-config.js';
import { reducedMotion } from '../map/map.js';
import { h, icon, icons, show } from '../page/dom.js';
import { isStrategy, StrategyMenu } from '../page/strategy-menu.js';
import type { Units } from '../page/units.js';
import type { Api } from './api.js';
import { Chosen, type Choice } from './chosen.js';
import { Directory } from './directory.js';
import { DispatchMap } from './dispatch-map.js';
import { EventFeed } from './event-feed.js';
import { FleetFeed } from './fleet-feed.js';
import { FleetTable, type Kind } from './fleet-table.js';
import { HealthWatch } from './health.js';
import { HealthView } from './health-view.js';
import { ListModel, type Row } from './list-model.js';
import { ListView } from './list-view.js';
import { PanelView } from './panel-view.js';
import { carWords, tripWords } from './row-words.js';
import type { Session } from './session.js';
import { ZoneDesk } from './zone-desk.js';
import { zoneIcon } from './zone-labels.js';
import { unsavedWords } from './zone-words.js';
import { Zones } from './zones.js';

const nodesEveryMs = 5000;
/** A server that does not tell of its nodes is asked again this seldom, milliseconds. */
const nodesSeldomMs = 60_000;
/** An answer to what somebody did stands for this long, milliseconds. */
const saidMs = 8000;
/** From this width on the panel is docked, and the cards stand beside it, pixels. */
const dockedFrom = 1024;
const sheetBelow = 720;

export class Console {
  readonly table = new FleetTable(!reducedMotion());
  readonly directory: Directory;
  readonly map: DispatchMap;
  readonly chosen: Chosen;
  readonly desk: ZoneDesk;
  readonly #session: Session;
  readonly #units: Units;
  readonly #skewMs: number;
  readonly #feed: FleetFeed;
  readonly #events: EventFeed;
  readonly #health: HealthWatch;
  readonly #healthView = new HealthView();
  readonly #panel: PanelView;
  readonly #list: ListView;
  readonly #model: ListModel;
  readonly #menu: StrategyMenu;
  readonly #attribution = h('div', { class: 'attribution' });
  readonly #mapContainer = h('div', { class: 'map' });
  readonly #stack: HTMLElement;
  readonly #zoneButton = h('button', { type: 'button', 'aria-label': 'Zones', 'aria-expanded': 'false' }, icon(zoneIcon));
  #filter: Kind | 'all' = 'all';
  #search = '';
  #allNeeds = false;
  #phase: Status['phase'] = 'connecting';
  #refused: End | undefined;
  #recordsAway = false;
  #eventsAway = false;
  #hasState = false;
  #lastToken: string | undefined;
  #said: { readonly text: string; readonly untilMs: number } | undefined;

  constructor(root: HTMLElement, api: Api, session: Session, units: Units, skewMs: number, onSignOut: () => void) {
    this.#session = session;
    this.#units = units;
    this.#skewMs = skewMs;
    this.directory = new Directory(api, (away) => (this.#recordsAway = away));
    this.#model = new ListModel(this.table, this.directory);
    this.#list = new ListView({ choose: (row) => this.#chooseRow(row), words: (row) => this.#words(row) });
    const pinned = new URLSearchParams(location.search).get('via');
    this.#menu = new StrategyMenu((choice) => this.#feed.use(choice));
    this.#panel = new PanelView(this.#list, this.#menu, {
      filter: (kind) => this.#setFilter(kind),
      search: (text) => this.#setSearch(text),
      signOut: onSignOut,
    });
    this.map = new DispatchMap(this.table, {
      view: (box) => {
        this.#feed.see(box);
        this.desk.viewChanged();
      },
      choose: (id) => this.choose(id === undefined ? undefined : { type: 'car', id }),
      click: (at) => this.desk.click(at),
      pointer: (at) => this.desk.pointer(at),
      followed: () => this.chosen.tick(),
    });
    const now = (): number => this.now();
    this.chosen = new Chosen({ table: this.table, directory: this.directory, map: this.map, api, session, units, now, changed: () => this.#drawList(), close: () => this.choose(undefined), say: (text) => this.#say(text) });
    this.desk = new ZoneDesk({ zones: new Zones(api), table: this.table, directory: this.directory, map: this.map, units, now, opened: (open) => this.#zonesOpened(open), covered: () => this.#setMargins() });
    this.#feed = new FleetFeed(isStrategy(pinned) ? pinned : 'auto', {
      fleet: (delta) => {
        this.#hasState = true;
        this.#refused = undefined;
        this.table.apply(delta, performance.now());
        this.map.fleetChanged();
        document.body.dataset['cars'] = String(delta.size);
      },
      status: (status, pollIntervalMs) => this.#setStatus(status, pollIntervalMs),
      end: (end) => this.#ended(end),
      token: async (refused) => (this.#lastToken = await session.get(refused ? this.#lastToken : undefined)),
    });
    this.#events = new EventFeed(api, {
      event: (event) => {
        this.directory.take(event);
        this.desk.take(event);
      },
      missed: () => void this.directory.load(),
      connected: (connected) => this.#eventsConnected(connected),
    });
    this.#health = new HealthWatch(api);
    this.#stack = h('div', { class: 'd-stack' }, this.chosen.detail.element, this.desk.view.element, this.chosen.trailView.element);
    root.append(h('section', { class: 'map-frame', 'aria-label': 'Cars on the map' }, this.#mapContainer), this.#panel.element, h('section', { class: 'd-top-row', 'aria-label': 'State' }, this.#panel.opener, this.#healthView.element), this.#stack, this.desk.bar.element, this.#tools());
    document.addEventListener('keydown', (event) => this.#onKey(event));
    addEventListener('online', () => {
      this.#feed.retryNow();
      this.#events.retryNow();
    });
    addEventListener('resize', () => this.#setMargins());
  }

  /** The server's clock, Unix milliseconds. */
  now(): number {
    return Date.now() + this.#skewMs;
  }

  get strategy(): string {
    return this.#menu.strategy ?? '';
  }

  async start(config: MapConfig): Promise<void> {
    this.#panel.setPill('quiet', 'Connecting…');
    this.#drawList();
    void this.directory.load();
    void this.#readZones();
    void this.#askNodes();
    setInterval(() => this.#tick(), 1000);
    await this.map.start(this.#mapContainer, config);
    this.desk.mapReady();
    this.#setMargins();
    document.body.dataset['map'] = 'ready';
  }

  /** After a new sign-in: what had ended begins again. */
  resume(): void {
    this.#feed.again();
    this.#events.retryNow();
  }

  choose(choice: Choice | undefined): void {
    if (choice && this.desk.isUnsaved) return this.#say(unsavedWords);
    if (choice && this.desk.isOpen) this.desk.open(false);
    const before = this.chosen.choice?.id;
    this.chosen.choose(choice);
    document.body.classList.toggle('d-chosen', choice !== undefined);
    this.#setMargins();
    this.#drawList();
    if (choice) {
      this.#list.reveal(choice.id);
      if (innerWidth < dockedFrom) this.#panel.open(false);
    } else if (before !== undefined && this.chosen.detail.element.contains(document.activeElement)) this.#list.element.focus();
  }

  #tools(): HTMLElement {
    const zoomIn = h('button', { type: 'button', 'aria-label': 'Zoom in' }, icon(icons.plus));
    const zoomOut = h('button', { type: 'button', 'aria-label': 'Zoom out' }, icon(icons.minus));
    zoomIn.addEventListener('click', () => this.map.zoomBy(1));
    zoomOut.addEventListener('click', () => this.map.zoomBy(-1));
    this.#zoneButton.addEventListener('click', () => (this.desk.isUnsaved ? this.#say(unsavedWords) : this.desk.open(!this.desk.isOpen)));
    return h('section', { class: 'd-edge', 'aria-label': 'Map tools' }, h('div', { class: 'd-tools' }, this.#zoneButton, zoomIn, zoomOut), this.#attribution);
  }

  #words(row: Row & { type: 'car' | 'trip' }): ReturnType<typeof carWords> {
    const trip = row.type === 'trip' ? this.directory.trips.get(row.id) : undefined;
    return trip ? tripWords(trip, this.#units, this.now()) : carWords(row.id, this.table, this.directory, row.id === this.chosen.choice?.id ? this.chosen.live : undefined, this.#units, this.now());
  }

  #chooseRow(row: Row): void {
    if (row.type === 'more') {
      this.#allNeeds = true;
      this.#drawList();
    } else if (row.type !== 'heading') this.choose({ type: row.type, id: row.id });
  }

  #setFilter(kind: Kind | 'all'): void {
    this.#filter = kind;
    this.map.setFilter(kind);
    this.#drawList();
  }

  #setSearch(text: string): void {
    this.#search = text;
    this.#drawList();
  }

  #tick(): void {
    this.#drawList();
    this.chosen.tick();
    this.desk.tick();
    this.#healthView.notice(this.#notice());
  }

  #drawList(): void {
    const rows = this.#model.rows({ filter: this.#filter, search: this.#search, allNeeds: this.#allNeeds, nowMs: this.now() });
    this.#list.set(rows, this.chosen.choice?.id);
    this.#panel.setCounts(this.table.counts);
    const [title, text] = rows.length > 0 ? [undefined] : this.#emptyWords();
    this.#panel.setEmpty(title, text);
  }

  #emptyWords(): readonly [string, string] {
    if (this.#search !== '') return ['Nothing found', `No plate, driver or trip has “${this.#search}” in it${this.#filter === 'all' ? '' : ' among those you filter for'}.`];
    if (!this.#hasState) return ['Looking for cars…', ''];
    if (this.#filter !== 'all') return [`No ${this.#filter} car in this view`, 'Choose another filter, or move the map.'];
    return ['No car in this view', 'Move the map or zoom out. Cars show up here as soon as they report.'];
  }

  #say(text: string): void {
    this.#said = { text, untilMs: performance.now() + saidMs };
    this.#healthView.notice(this.#notice());
  }

  /** One thing at a time, the worst first. */
  #notice(): string | undefined {
    if (this.#said && performance.now() < this.#said.untilMs) return this.#said.text;
    if (this.#refused) return this.#refused.reason === 'refused' ? 'This view is too wide for the server. Zoom in to see cars.' : 'The server does not show you cars any more.';
    const { all, stale } = this.table.counts;
    if (this.#phase === 'waiting') return 'Your connection dropped. You see the cars as they were; we try again by ourselves.';
    if (all > 2 && all === stale) return 'No car has reported for a while. You see where they were last.';
    if (this.#recordsAway) return 'Records can’t be reached: names, plates and trips may be missing or old.';
    if (this.#eventsAway) return 'Changes of trips come late right now.';
    return undefined;
  }

  #setStatus(status: Status, pollIntervalMs: number): void {
    this.#phase = status.phase;
    this.#menu.update(status, pollIntervalMs);
    if (status.phase === 'live') this.#panel.setPill('live', 'Live');
    else if (status.phase === 'waiting') this.#panel.setPill('warn', 'Reconnecting…');
    this.#healthView.notice(this.#notice());
  }

  #ended(end: End): void {
    this.#refused = end;
    this.#panel.setPill('bad', 'Not connected');
    this.#healthView.notice(this.#notice());
    // A token that was revoked, or ran out and could not be renewed. One that may not see cars is not helped by the next.
    if (/^token-|^unauthorized$/.test(end.reason)) void this.#session.get(this.#lastToken).then(() => this.resume());
  }

  #eventsConnected(connected: boolean): void {
    if (connected && this.#eventsAway) void this.directory.load();
    this.#eventsAway = !connected;
  }

  async #readZones(): Promise<void> {
    while (!(await this.desk.load())) await new Promise((resolve) => setTimeout(resolve, nodesEveryMs));
  }

  async #askNodes(): Promise<void> {
    const again = document.visibilityState === 'hidden' || (await this.#health.ask());
    this.#healthView.set(this.#health.latest);
    setTimeout(() => void this.#askNodes(), again ? nodesEveryMs : nodesSeldomMs);
  }

  #zonesOpened(open: boolean): void {
    this.#zoneButton.setAttribute('aria-expanded', String(open));
    if (open) this.choose(undefined);
    document.body.classList.toggle('d-zoning', open);
    this.#setMargins();
  }

  /** What the cards cover of the map. */
  #setMargins(): void {
    const card = this.chosen.choice !== undefined || this.desk.isOpen;
    const trail = this.chosen.choice?.type === 'car';
    const narrow = innerWidth < sheetBelow;
    // On a phone the map ends at the list; a card reaches higher than that. While corners are moved only their bar lies over it.
    const below = this.desk.shaping ? 200 : narrow ? (card ? innerHeight * 0.14 + 40 : 40) : trail ? 190 : 50;
    this.map.setMargins({ top: 84, left: 40, right: narrow ? 40 : card ? 340 : 90, bottom: below });
    show(this.#stack, card);
  }

  #onKey(event: KeyboardEvent): void {
    if (!document.querySelector('.d-sign-in[hidden]')) return;
    const typing = event.target instanceof HTMLInputElement && event.target.type !== 'range';
    if (event.key === 'Escape') {
      if (document.body.classList.contains('d-open')) this.#panel.open(false);
      else if (!this.desk.escape()) this.choose(undefined);
      return;
    }
    if (!typing && (event.ctrlKey || event.metaKey) && event.key === 'z' && this.desk.undo()) event.preventDefault();
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.desk.drawing && (event.key === 'Backspace' || event.key === 'Delete')) this.desk.undo();
    else if (event.key === '/') {
      event.preventDefault();
      this.#panel.focusSearch();
    } else if (this.#mapContainer.contains(event.target as Node)) return;
    else if (event.key === '+' || event.key === '=') this.map.zoomBy(1);
    else if (event.key === '-') this.map.zoomBy(-1);
  }
}

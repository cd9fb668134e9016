/** The overview in elements: the list of trips, counts and filters, one car's details. Draws, decides nothing. */
import type { TripState, Vehicle } from '@ridetracker/rider-client';
import type { TripLink } from '../page/demo.js';
import { h, icon, icons, setText, show } from '../page/dom.js';
import { kindOf, type Counts, type Kind } from './fleet.js';
import type { StrategyMenu } from '../page/strategy-menu.js';
import type { Units } from '../page/units.js';
import type { Tone } from '../rider/words.js';

export interface OverviewActions {
  filter(kind: Kind | 'all'): void;
  closeDetail(): void;
  zoomBy(steps: number): void;
}

const statusWords: Record<TripState['status'], string> = {
  new: 'Looking for a driver',
  'enroute-to-pickup': 'To pick-up',
  'arrived-at-pickup': 'At pick-up',
  'enroute-to-dropoff': 'To drop-off',
  complete: 'Arrived',
  canceled: 'Cancelled',
};

interface Row {
  readonly element: HTMLAnchorElement;
  readonly name: HTMLElement;
  readonly about: HTMLElement;
  readonly status: HTMLElement;
  readonly eta: HTMLElement;
}

export class OverviewView {
  readonly mapContainer = h('div', { class: 'map' });
  readonly #pill = h('div', { class: 'pill' });
  readonly #pillText = h('b');
  readonly #filters = new Map<Kind | 'all', { button: HTMLButtonElement; count: HTMLElement }>();
  readonly #filterRow = h('div', { class: 'filters', role: 'group', 'aria-label': 'Which cars' });
  readonly #list = h('div', { class: 'list' });
  readonly #footerText = h('span');
  readonly #footer: HTMLElement;
  readonly #attribution = h('div', { class: 'attribution' });
  readonly #detail = h('aside', { class: 'detail', hidden: true, 'aria-label': 'The car that was chosen' });
  readonly #detailName = h('b');
  readonly #detailValues = [0, 1, 2, 3].map(() => h('dd'));
  readonly #search = h('input', { type: 'search', placeholder: 'Plate, driver or trip', 'aria-label': 'Search the trips' });
  readonly #searchBox: HTMLElement;
  readonly #rows = new Map<string, Row>();

  constructor(root: HTMLElement, menu: StrategyMenu, actions: OverviewActions) {
    this.#pill.append(h('i', { 'aria-hidden': 'true' }), this.#pillText);
    for (const [kind, name] of [['all', 'All'], ['idle', 'Idle'], ['busy', 'Busy'], ['stale', 'Stale']] as const) {
      const count = h('span', {}, '0');
      const button = h('button', { type: 'button', 'aria-pressed': String(kind === 'all'), 'data-kind': kind }, name, count);
      button.addEventListener('click', () => {
        for (const [other, entry] of this.#filters) entry.button.setAttribute('aria-pressed', String(other === kind));
        actions.filter(kind);
      });
      this.#filters.set(kind, { button, count });
      this.#filterRow.append(button);
    }
    this.#searchBox = h('label', { class: 'search', hidden: true }, icon('<circle cx="11" cy="11" r="6.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="m16 16 4 4" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>', 20), this.#search);
    this.#search.addEventListener('input', () => this.#applySearch());
    const close = h('button', { type: 'button', 'aria-label': 'Close' }, icon(icons.close, 20));
    close.addEventListener('click', () => actions.closeDetail());
    const values = ['Status', 'Speed', 'Last fix', 'Heading'].flatMap((name, i) => [
      h('div', {}, h('dt', {}, name), this.#detailValues[i]!),
    ]);
    this.#detail.append(h('header', {}, this.#detailName, close), h('dl', {}, ...values));
    this.#footer = h('div', { class: 'footer' }, this.#footerText, h('a', { class: 'lab-link', href: '/lab/' }, 'Transport lab'), menu.element);
    const zoomIn = h('button', { type: 'button', 'aria-label': 'Zoom in' }, icon(icons.plus));
    const zoomOut = h('button', { type: 'button', 'aria-label': 'Zoom out' }, icon(icons.minus));
    zoomIn.addEventListener('click', () => actions.zoomBy(1));
    zoomOut.addEventListener('click', () => actions.zoomBy(-1));
    root.append(
      h('div', { class: 'map-frame' }, this.mapContainer),
      h(
        'main',
        { class: 'panel' },
        h('header', { class: 'head' }, h('span', { class: 'logo' }, icon(icons.logo, 20)), h('b', {}, 'All cars'), this.#pill),
        this.#searchBox,
        this.#filterRow,
        this.#list,
        this.#footer,
      ),
      h('div', { class: 'edge' }, this.#attribution, h('div', { class: 'buttons' }, h('div', { class: 'zoom' }, zoomIn, zoomOut))),
      this.#detail,
    );
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') actions.closeDetail();
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '/' && !this.#searchBox.hidden) {
        event.preventDefault();
        this.#search.focus();
      } else if (this.mapContainer.contains(event.target as Node)) return;
      else if (event.key === '+' || event.key === '=') actions.zoomBy(1);
      else if (event.key === '-') actions.zoomBy(-1);
    });
  }

  setAttribution(text: string): void {
    setText(this.#attribution, text);
    show(this.#attribution, text !== '');
  }

  setPill(tone: Tone, text: string): void {
    this.#pill.dataset['tone'] = tone;
    setText(this.#pillText, text);
  }

  setCounts(counts: Counts): void {
    for (const [kind, { count }] of this.#filters) setText(count, String(counts[kind]));
    setText(this.#footerText, counts.all === 1 ? '1 car in view' : `${counts.all} cars in view`);
  }

  /** The trips as links to their rider's page. */
  setTrips(trips: readonly TripLink[], byHand: TripLink | undefined): void {
    this.#rows.clear();
    const rows = trips.map((trip) => this.#row(trip, trip.id));
    this.#list.replaceChildren(h('h2', {}, `Trips, as their riders see them`), ...rows.map((row) => row.element));
    if (byHand) {
      const row = this.#row(byHand, `${byHand.id} · report by hand`);
      this.#list.prepend(h('h2', {}, 'Yours to drive'), row.element);
      setText(row.about, 'Moves when you post fixes for it');
    }
    show(this.#searchBox, trips.length > 0);
    this.#applySearch();
  }

  setTrip(id: string, state: TripState, units: Units): void {
    const row = this.#rows.get(id);
    if (!row) return;
    if (state.driver?.plate) {
      setText(row.name, state.driver.plate);
      row.name.classList.add('plate-text');
      setText(row.about, [state.driver.name, state.driver.vehicle].filter(Boolean).join(' · '));
    }
    setText(row.status, statusWords[state.status]);
    setText(row.eta, state.eta ? units.age(state.eta.seconds) : '');
  }

  setDetail(vehicle: Vehicle | undefined, heardMs: number, units: Units): void {
    show(this.#detail, vehicle !== undefined);
    if (!vehicle) return;
    setText(this.#detailName, vehicle.id);
    const kind = kindOf(vehicle);
    const texts = [
      kind === 'stale' ? `Stale, ${vehicle.status}` : kind === 'busy' ? 'On a trip' : 'Idle',
      vehicle.speed === undefined ? '–' : units.speed(vehicle.speed),
      heardMs < 1000 ? 'now' : `${units.age(heardMs / 1000)} ago`,
      vehicle.heading === undefined ? '–' : `${Math.round(vehicle.heading)}°`,
    ];
    texts.forEach((text, i) => setText(this.#detailValues[i]!, text));
  }

  /** Where there is no demo: what this page is and what to do. */
  explain(): void {
    show(this.#filterRow, false);
    show(this.#footer, false);
    this.#list.replaceChildren(
      h(
        'div',
        { class: 'explain' },
        h('h1', { class: 'title' }, 'RideTracker is running'),
        h('p', {}, 'This page shows every car on the map. In the demo it opens by itself; here it needs a dispatcher’s token.'),
        h('p', {}, h('b', {}, 'You wait for a ride? '), 'Open the link that you were sent. It looks like ', h('code', {}, `${location.host}/t/#…`), '.'),
        h('p', {}, h('b', {}, 'You dispatch? '), 'Put your token behind the address of this page, after a ', h('code', {}, '#'), ': ', h('code', {}, `${location.host}/#TOKEN`), '. What follows the # stays in the browser.'),
        h('p', {}, h('b', {}, 'You run this server? '), 'A token comes from ', h('code', {}, 'ridetracker-sim token --role dispatcher'), '. The whole fleet in motion, on one machine: ', h('code', {}, 'deploy/demo'), '.'),
      ),
    );
  }

  refuse(): void {
    show(this.#filterRow, false);
    this.#list.replaceChildren(
      h('div', { class: 'explain' }, h('h1', { class: 'title' }, 'This token is not good here'), h('p', {}, 'It ran out, or it is not a dispatcher’s. Ask for a new one and open this page with it.')),
    );
  }

  #row(trip: TripLink, title: string): Row {
    const name = h('b', {}, title);
    const about = h('small', {}, 'Open the rider’s view');
    const status = h('b');
    const eta = h('small');
    const element = h(
      'a',
      { class: 'row', href: `/t/#${trip.token}`, 'data-trip': trip.id },
      icon(icons.car, 22),
      h('span', {}, name, about),
      h('span', { class: 'end' }, status, eta),
    );
    const row = { element, name, about, status, eta };
    this.#rows.set(trip.id, row);
    return row;
  }

  #applySearch(): void {
    const wanted = this.#search.value.trim().toLowerCase();
    for (const [id, { element }] of this.#rows) {
      show(element, wanted === '' || `${id} ${element.textContent}`.toLowerCase().includes(wanted));
    }
  }
}

/** The front door in elements: what one sees here in a sentence, the doors, and what the marks on the map mean. Draws, decides nothing. */
import { h, icon, icons, setText, show, svg } from '../page/dom.js';
import type { StrategyMenu } from '../page/strategy-menu.js';
import type { Counts, Kind } from './fleet.js';

export interface OverviewActions {
  phone(): void;
  zoomBy(steps: number): void;
}

type Tone = 'live' | 'warn' | 'bad' | 'quiet';

const stroke = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
const signs = {
  rider: `<circle cx="12" cy="8" r="3.6" ${stroke}/><path d="M5 20a7 7 0 0 1 14 0" ${stroke}/>`,
  dispatch: `<path d="M12 3.5 20 8v8l-8 4.5L4 16V8Z" ${stroke}/><circle cx="12" cy="12" r="2.4" fill="currentColor"/>`,
  lab: `<path d="M9.5 3.5h5M10.5 3.5v6L5.2 18a1.7 1.7 0 0 0 1.5 2.5h10.6a1.7 1.7 0 0 0 1.5-2.5l-5.3-8.5v-6M8 15h8" ${stroke}/>`,
  phone: `<rect x="7" y="2.8" width="10" height="18.4" rx="2.4" ${stroke}/><path d="M11 18h2" ${stroke}/>`,
  next: `<path d="m9.5 6 6 6-6 6" ${stroke}/>`,
};

/** The marks of the map, small. */
const arrow = 'M8 1.5 14 14.5 8 11.6 2 14.5Z';
const markSigns: Record<Kind, string> = {
  idle: `<path class="mark-idle" d="${arrow}"/>`,
  busy: `<path class="mark-busy" d="${arrow}"/>`,
  stale: `<path class="mark-stale" d="${arrow}"/>`,
};
const markWords: Record<Kind, string> = { busy: 'on a trip', idle: 'free', stale: 'silent' };

export class OverviewView {
  readonly mapContainer = h('div', { class: 'map' });
  readonly #pill = h('div', { class: 'pill' });
  readonly #pillText = h('b');
  readonly #title = h('h1', { class: 'title' }, 'A town full of rides, live');
  readonly #second = h('p', { class: 'second' }, 'Simulated cars drive through a made-up town. RideTracker shows each one live, to the rider who waits and to the dispatcher.');
  readonly #counts = new Map<Kind, HTMLElement>();
  readonly #legend = h('ul', { class: 'legend', 'aria-label': 'What the arrows mean' });
  readonly #body = h('div', { class: 'body' });
  readonly #riderText = h('small', {}, 'See one car come, as the person who waits sees it');
  readonly #rider: HTMLAnchorElement;
  readonly #attribution = h('div', { class: 'attribution' });
  readonly #card: HTMLElement;
  readonly #footer: HTMLElement;

  constructor(root: HTMLElement, menu: StrategyMenu, actions: OverviewActions) {
    this.#pill.append(h('i', { 'aria-hidden': 'true' }), this.#pillText);
    for (const kind of ['busy', 'idle', 'stale'] as const) {
      const count = h('b', {}, '0');
      this.#counts.set(kind, count);
      this.#legend.append(h('li', {}, svg({ viewBox: '0 0 16 16', width: '15', height: '15', 'aria-hidden': 'true' }, markSigns[kind]), count, ` ${markWords[kind]}`));
    }
    this.#rider = h('a', { class: 'door', href: '/t/', 'data-door': 'rider' }, ...inside(signs.rider, 'Wait for a ride', this.#riderText));
    const phone = h('button', { class: 'door', type: 'button', 'data-door': 'phone' }, ...inside(signs.phone, 'Drive with your phone', h('small', {}, 'Scan a code, and you are a car on this map')));
    phone.addEventListener('click', () => actions.phone());
    this.#body.append(
      h(
        'nav',
        { class: 'doors', 'aria-label': 'Ways in' },
        this.#rider,
        h('a', { class: 'door', href: '/dispatch/', 'data-door': 'dispatch' }, ...inside(signs.dispatch, 'Dispatch', h('small', {}, 'All cars, their trips, and how the servers fare'))),
        h('a', { class: 'door', href: '/lab/', 'data-door': 'lab' }, ...inside(signs.lab, 'Transport lab', h('small', {}, 'Four ways to ask where a car is, measured side by side'))),
        phone,
      ),
    );
    const button = (label: string, sign: string, steps: number): HTMLButtonElement => {
      const made = h('button', { type: 'button', 'aria-label': label }, icon(sign));
      made.addEventListener('click', () => actions.zoomBy(steps));
      return made;
    };
    this.#footer = h('div', { class: 'footer' }, this.#legend, menu.element);
    this.#card = h(
      'main',
      { class: 'front' },
      h('header', { class: 'head' }, h('span', { class: 'logo' }, icon(icons.logo, 20)), h('b', {}, 'RideTracker'), this.#pill),
      this.#title,
      this.#second,
      this.#body,
      this.#footer,
    );
    root.append(
      h('section', { class: 'map-frame', 'aria-label': 'Where the cars are' }, this.mapContainer),
      this.#card,
      h('aside', { class: 'edge', 'aria-label': 'Map controls' }, this.#attribution, h('div', { class: 'buttons' }, h('div', { class: 'zoom' }, button('Zoom in', icons.plus, 1), button('Zoom out', icons.minus, -1)))),
    );
    new ResizeObserver(() => root.style.setProperty('--sheet', `${this.#card.offsetHeight}px`)).observe(this.#card);
    document.addEventListener('keydown', (event) => {
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
      if (this.mapContainer.contains(event.target as Node)) return;
      if (event.key === '+' || event.key === '=') actions.zoomBy(1);
      else if (event.key === '-') actions.zoomBy(-1);
    });
  }

  /** What the card covers of the map, pixels. */
  covered(): { left: number; bottom: number } {
    return innerWidth >= 720 ? { left: this.#card.offsetWidth + 24, bottom: 0 } : { left: 0, bottom: this.#card.offsetHeight - 28 };
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
    for (const [kind, element] of this.#counts) setText(element, String(counts[kind]));
    show(this.#counts.get('stale')!.parentElement!, counts.stale > 0);
  }

  setRider(token: string, words: string | undefined): void {
    const href = `/t/#${token}`;
    if (this.#rider.getAttribute('href') !== href) this.#rider.setAttribute('href', href);
    if (words) setText(this.#riderText, words);
  }

  /** Where there is no demo: what runs here, and where to go. */
  explain(): void {
    setText(this.#title, 'RideTracker is running');
    setText(this.#second, 'It follows cars and shows them live to those who wait for one and to those who send them.');
    show(this.#footer, false);
    this.#body.replaceChildren(
      h(
        'div',
        { class: 'explain' },
        h('nav', { class: 'doors', 'aria-label': 'Ways in' }, h('a', { class: 'door', href: '/dispatch/', 'data-door': 'dispatch' }, ...inside(signs.dispatch, 'Dispatch', h('small', {}, 'Sign in to see all cars and their trips')))),
        h('p', {}, h('b', {}, 'You wait for a ride? '), 'Open the link that you were sent. It looks like ', h('code', {}, `${location.host}/t/#…`), '.'),
        h('p', {}, h('b', {}, 'You drive? '), 'Open the link from your dispatcher on your phone: ', h('code', {}, `${location.host}/drive/#…`), '.'),
        h('p', {}, h('b', {}, 'You look after this server? '), 'A dispatcher’s token comes from ', h('code', {}, 'ridetracker-sim token --role dispatcher'), '. A whole town in motion, on one machine: ', h('code', {}, 'deploy/demo'), '.'),
      ),
    );
  }
}

function inside(sign: string, name: string, about: HTMLElement): (Node | string)[] {
  return [h('span', { class: 'sign' }, icon(sign, 22)), h('span', { class: 'door-words' }, h('b', {}, name), about), icon(signs.next, 20)];
}

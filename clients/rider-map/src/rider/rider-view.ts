/** A ride in elements: pill, sheet or card, and the buttons on the map. Draws words, decides nothing. */
import type { TripState } from '@ridetracker/rider-client';
import { h, icon, icons, setText, show } from '../page/dom.js';
import { fill } from '../page/i18n/messages.js';
import type { Speech } from '../page/i18n/speech.js';
import type { StrategyMenu } from '../page/strategy-menu.js';
import type { Padding } from './camera.js';
import type { RiderWords } from './words.js';

export interface RiderActions {
  retry(): void;
  recentre(): void;
  zoomBy(steps: number): void;
  panBy(right: number, down: number): void;
  /** The sheet has another height. */
  resized(): void;
}

/** From this width on the sheet is a card, pixels. As in rider.css. */
const cardWidth = 720;
const lowCard = { width: 520, height: 499 };
const arrows: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class RiderView {
  readonly mapContainer = h('div', { class: 'map' });
  readonly #ride: HTMLElement;
  readonly #speech: Speech;
  readonly #observer: ResizeObserver;
  readonly #over = new AbortController();
  readonly #sheet: HTMLElement;
  readonly #pill = h('div', { class: 'pill' });
  readonly #pillText = h('b');
  readonly #pillDetail = h('span');
  readonly #skeleton = h('div', { class: 'skeleton', 'aria-hidden': 'true' });
  readonly #tick = h('div', { class: 'tick' }, icon(icons.tick, 26));
  readonly #etaRow = h('div', { class: 'eta-row' });
  readonly #eta = h('div', { class: 'eta' });
  readonly #etaAbout = h('span', { class: 'eta-about' });
  readonly #etaNumber = h('b');
  readonly #etaUnit = h('span', { class: 'eta-unit' });
  readonly #clock = h('div', { class: 'clock' });
  readonly #clockTime = h('b');
  readonly #clockCaption = h('span');
  readonly #title = h('h1', { class: 'title' });
  readonly #status = h('h2', { class: 'status' });
  readonly #statusText = h('span');
  readonly #statusDetail = h('span', { class: 'status-detail' });
  readonly #second = h('p', { class: 'second' });
  readonly #note = h('div', { class: 'note' });
  readonly #noteIcon = h('span');
  readonly #noteText = h('span');
  readonly #retry = h('button', { class: 'primary', type: 'button' });
  readonly #steps = h('div', { class: 'steps', role: 'img' });
  readonly #driver = h('div', { class: 'driver' });
  readonly #avatar = h('span', { class: 'avatar', 'aria-hidden': 'true' });
  readonly #driverName = h('b');
  readonly #driverVehicle = h('span');
  readonly #plate = h('span', { class: 'plate' });
  readonly #stops = h('div', { class: 'stops' });
  readonly #pickup = h('b');
  readonly #dropoff = h('b');
  readonly #footer = h('div', { class: 'footer' });
  readonly #footerText = h('span');
  readonly #recentre: HTMLButtonElement;
  readonly #attribution = h('div', { class: 'attribution' });
  readonly #spoken = h('div', { class: 'spoken', role: 'status', 'aria-live': 'polite' });
  #noteShown = '';
  #open: ((wanted: boolean) => void) | undefined;

  constructor(root: HTMLElement | ShadowRoot, menu: StrategyMenu, speech: Speech, actions: RiderActions) {
    this.#speech = speech;
    const { t } = speech;
    const handle = h('button', { class: 'handle', type: 'button', 'aria-label': t.moreOrLess, 'aria-expanded': 'true' });
    this.#recentre = h('button', { class: 'round recentre', type: 'button', 'aria-label': t.recentre, title: `${t.recentre} (R)`, 'aria-keyshortcuts': 'R' });
    const zoomIn = h('button', { type: 'button', 'aria-label': t.zoomIn, 'aria-keyshortcuts': '+' }, icon(icons.plus));
    const zoomOut = h('button', { type: 'button', 'aria-label': t.zoomOut, 'aria-keyshortcuts': '-' }, icon(icons.minus));
    setText(this.#etaAbout, t.about);
    setText(this.#retry, t.tryNow);

    this.#pill.append(h('i', { 'aria-hidden': 'true' }), this.#pillText, this.#pillDetail);
    this.#skeleton.append(...['eta', 'line', 'bar', 'who'].map((name) => h('i', { class: name })));
    this.#skeleton.lastElementChild?.append(h('i'), h('i'), h('i'));
    this.#eta.append(this.#etaAbout, this.#etaNumber, this.#etaUnit);
    this.#clock.append(this.#clockTime, this.#clockCaption);
    this.#etaRow.append(this.#eta, this.#clock);
    this.#status.append(this.#statusText, this.#statusDetail);
    this.#note.append(this.#noteIcon, this.#noteText);
    for (let i = 0; i < 4; i++) this.#steps.append(h('i'));
    this.#driver.append(this.#avatar, h('div', {}, this.#driverName, this.#driverVehicle), this.#plate);
    const stop = (kind: string, caption: string, name: HTMLElement): HTMLElement =>
      h('div', { class: `stop ${kind}` }, h('i', { 'aria-hidden': 'true' }), h('div', { dir: 'auto' }, h('span', {}, caption), name));
    this.#stops.append(stop('from', t.pickup, this.#pickup), stop('to', t.dropoff, this.#dropoff));
    this.#footer.append(this.#footerText, menu.element);

    const head = h('header', { class: 'head' }, h('span', { class: 'logo' }, icon(icons.logo, 20)), h('b', {}, 'RideTracker'));
    const words = h(
      'section',
      { class: 'words' },
      this.#skeleton,
      this.#tick,
      this.#etaRow,
      this.#title,
      this.#status,
      this.#second,
      this.#note,
      this.#retry,
      this.#steps,
    );
    this.#sheet = h('div', { class: 'sheet', tabindex: '-1' });
    this.#sheet.append(handle, head, words, this.#driver, this.#stops, this.#footer);
    // In the order of the focus: the map comes last, and lies below by its style.
    const inPage = !(root instanceof ShadowRoot);
    this.#ride = h(
      inPage ? 'main' : 'section',
      { class: 'ride', 'aria-label': t.ride, lang: speech.language.lang, dir: speech.language.dir },
      h('div', { class: 'pill-holder' }, this.#pill),
      h('div', { class: 'dock' }, this.#sheet),
      h('div', { class: 'edge' }, this.#attribution, h('div', { class: 'buttons' }, this.#recentre, h('div', { class: 'zoom' }, zoomIn, zoomOut))),
      h('div', { class: 'map-frame', dir: 'ltr' }, this.mapContainer),
      this.#spoken,
    );
    root.append(this.#ride);
    this.setFollowing(true);

    this.#retry.addEventListener('click', () => actions.retry());
    this.#recentre.addEventListener('click', () => actions.recentre());
    zoomIn.addEventListener('click', () => actions.zoomBy(1));
    zoomOut.addEventListener('click', () => actions.zoomBy(-1));
    this.#handle(handle);
    // A page is all the ride's; a part of another page listens to itself only.
    const keys: EventTarget = inPage ? document : this.#ride;
    keys.addEventListener('keydown', (event) => this.#onKey(event as KeyboardEvent, actions), { signal: this.#over.signal });
    this.#observer = new ResizeObserver(() => {
      this.#ride.style.setProperty('--sheet', `${this.#sheet.offsetHeight}px`);
      actions.resized();
    });
    this.#observer.observe(this.#sheet);
    this.#observer.observe(this.#ride);
  }

  remove(): void {
    this.#over.abort();
    this.#observer.disconnect();
    this.#ride.remove();
  }

  /** How much of the map the sheet or card and the pill cover, pixels. */
  padding(): Padding {
    const { clientWidth: width, clientHeight: height } = this.#ride;
    const low = height <= lowCard.height;
    if (width < cardWidth && !(low && width >= lowCard.width)) {
      return { top: 128, right: 56, bottom: this.#sheet.offsetHeight + 72, left: 56 };
    }
    const card = 24 + this.#sheet.offsetWidth;
    // A stop's label lies beside its pin.
    const [near, far, edge] = low ? [card + 48, 88, 64] : [card + 96, 220, 96];
    const rtl = this.#speech.language.dir === 'rtl';
    return { top: edge, right: rtl ? near : far, bottom: 72, left: rtl ? far : near };
  }

  setAttribution(text: string): void {
    setText(this.#attribution, text);
    show(this.#attribution, text !== '');
  }

  setFollowing(following: boolean): void {
    this.#recentre.replaceChildren(icon(following ? icons.recentre : icons.recentreHollow, 22));
    this.#recentre.setAttribute('aria-pressed', String(following));
  }

  say(text: string): void {
    setText(this.#spoken, text);
  }

  draw(words: RiderWords, state: TripState | undefined, ended: boolean): void {
    this.#pill.dataset['tone'] = words.pill.tone;
    setText(this.#pillText, words.pill.text);
    setText(this.#pillDetail, words.pill.detail ?? '');
    show(this.#pillDetail, words.pill.detail !== undefined);

    show(this.#skeleton, words.skeleton === true);
    show(this.#tick, words.tick === true);
    show(this.#etaRow, words.eta !== undefined || words.clock !== undefined);
    show(this.#eta, words.eta !== undefined);
    show(this.#clock, words.clock !== undefined);
    if (words.eta) {
      show(this.#etaAbout, words.eta.about);
      setText(this.#etaNumber, this.#speech.units.count(words.eta.minutes));
      setText(this.#etaUnit, this.#speech.minuteUnit(words.eta.minutes));
    }
    this.#etaRow.classList.toggle('grey', words.eta?.grey === true);
    if (words.clock) {
      setText(this.#clockTime, words.clock.time);
      setText(this.#clockCaption, words.clock.caption);
    }
    show(this.#title, words.title !== undefined);
    setText(this.#title, words.title ?? '');
    show(this.#status, words.status !== undefined);
    setText(this.#statusText, words.status ?? '');
    setText(this.#statusDetail, words.statusDetail === undefined ? '' : ` · ${words.statusDetail}`);
    show(this.#second, words.second !== undefined);
    setText(this.#second, words.second ?? '');
    show(this.#note, words.note !== undefined);
    if (words.note) {
      setText(this.#noteText, words.note.text);
      if (this.#noteShown !== words.note.icon) this.#noteIcon.replaceChildren(icon(icons[words.note.icon], 22));
      this.#noteShown = words.note.icon;
    }
    show(this.#retry, words.retry === true);
    this.#drawSteps(words);

    show(this.#driver, words.showDriver && !words.skeleton);
    const driver = state?.driver;
    setText(this.#avatar, [...(driver?.name ?? '')].slice(0, 1).join('').toUpperCase());
    setText(this.#driverName, driver?.name ?? this.#speech.t.yourDriver);
    setText(this.#driverVehicle, driver?.vehicle ?? '');
    setText(this.#plate, driver?.plate ?? '');
    show(this.#plate, driver?.plate !== undefined);

    show(this.#stops, words.showStops && (state?.pickup !== undefined || state?.dropoff !== undefined));
    setText(this.#pickup, placeName(state?.pickup));
    setText(this.#dropoff, placeName(state?.dropoff));
    setText(this.#footerText, words.footer);
    show(this.#footer, !ended);
  }

  #drawSteps(words: RiderWords): void {
    const step = words.step;
    show(this.#steps, step !== undefined);
    if (step === undefined) return;
    this.#steps.classList.toggle('grey', words.greySteps === true);
    this.#steps.setAttribute('aria-label', fill(this.#speech.t.step, { step: this.#speech.units.count(Math.max(1, step + 1)) }));
    [...this.#steps.children].forEach((bar, i) => {
      bar.className = i < step ? 'done' : i === step ? 'half' : '';
    });
  }

  #onKey(event: KeyboardEvent, actions: RiderActions): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const path = event.composedPath();
    if (event.key === 'r' || event.key === 'R') return actions.recentre();
    if (event.key === 'Escape') return this.#open?.(false);
    // On the map itself MapLibre knows these keys; a sheet that scrolls and a menu have their own use for the arrows.
    if (path.includes(this.mapContainer)) return;
    const arrow = arrows[event.key];
    if (arrow && !path.includes(this.#sheet)) actions.panBy(...arrow);
    else if (event.key === '+' || event.key === '=') actions.zoomBy(1);
    else if (event.key === '-') actions.zoomBy(-1);
  }

  /** A tap or a drag on the handle opens or closes the lower part of the sheet. */
  #handle(handle: HTMLButtonElement): void {
    let startY: number | undefined;
    const open = (this.#open = (wanted: boolean): void => {
      this.#sheet.dataset['open'] = String(wanted);
      handle.setAttribute('aria-expanded', String(wanted));
    });
    const isOpen = (): boolean => this.#stops.offsetHeight > 0 || this.#footer.offsetHeight > 0;
    handle.addEventListener('pointerdown', (event) => {
      startY = event.clientY;
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener('pointercancel', () => (startY = undefined));
    handle.addEventListener('pointerup', (event) => {
      const moved = startY === undefined ? 0 : event.clientY - startY;
      startY = undefined;
      if (Math.abs(moved) > 12) open(moved < 0);
      else open(!isOpen());
    });
    handle.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      open(!isOpen());
    });
  }
}

function placeName(place: TripState['pickup']): string {
  if (!place) return '';
  return place.label ?? `${place.lat.toFixed(4)}, ${place.lng.toFixed(4)}`;
}

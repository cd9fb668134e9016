/** The driver's page in elements: large, few, readable at a glance. Draws, decides nothing. */
import { h, icon, icons, setText, show } from '../page/dom.js';
import type { DriveWords, Line } from './words.js';

export interface DriveActions {
  toggle(): void;
  driveToStop(): void;
  recentre(): void;
  zoomBy(steps: number): void;
}

const stroke = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
const signs = {
  gps: `<circle cx="12" cy="12" r="6.5" ${stroke}/><path d="M12 2.8v2.7M12 18.5v2.7M2.8 12h2.7M18.5 12h2.7" ${stroke}/><circle cx="12" cy="12" r="2" fill="currentColor"/>`,
  link: `<path d="M4.5 9.6a11 11 0 0 1 15 0M7.6 13.2a6.6 6.6 0 0 1 8.8 0M12 17.6h.01" ${stroke}/>`,
  unsent: `<path d="M12 15.5v-10M8 9l4-4 4 4M4.5 15v3a1.5 1.5 0 0 0 1.5 1.5h12a1.5 1.5 0 0 0 1.5-1.5v-3" ${stroke}/>`,
  screen: `<rect x="7" y="2.8" width="10" height="18.4" rx="2.4" ${stroke}/><path d="M11 18h2" ${stroke}/>`,
  power: `<path d="M12 3.5v8M7 6.4a7.6 7.6 0 1 0 10 0" ${stroke} stroke-width="2.4"/>`,
};

type RowName = 'gps' | 'link' | 'unsent' | 'screen';
const rowNames: readonly (readonly [RowName, string])[] = [
  ['gps', 'GPS'],
  ['link', 'Network'],
  ['unsent', 'Places'],
  ['screen', 'Screen'],
];

export class DriveView {
  readonly mapContainer = h('div', { class: 'map' });
  readonly #pill = h('div', { class: 'pill' });
  readonly #pillText = h('b');
  readonly #headline = h('h1', { class: 'title' });
  readonly #second = h('p', { class: 'second' });
  readonly #alert = h('div', { class: 'alert', role: 'alert', hidden: true });
  readonly #alertTitle = h('b');
  readonly #alertText = h('p');
  readonly #rows = new Map<RowName, { readonly row: HTMLElement; readonly value: HTMLElement }>();
  readonly #status = h('dl', { class: 'status-rows' });
  readonly #toggle: HTMLButtonElement;
  readonly #toggleText = h('span');
  readonly #toStop: HTMLButtonElement;
  readonly #note = h('p', { class: 'note-line' });
  readonly #spoken = h('div', { class: 'spoken', role: 'status' });
  readonly #sheet: HTMLElement;
  readonly #attribution = h('div', { class: 'attribution' });

  constructor(root: HTMLElement, actions: DriveActions) {
    this.#pill.append(h('i', { 'aria-hidden': 'true' }), this.#pillText);
    this.#alert.append(this.#alertTitle, this.#alertText);
    for (const [name, caption] of rowNames) {
      const value = h('dd');
      const row = h('div', { 'data-row': name }, icon(signs[name], 22), h('dt', {}, caption), value);
      this.#rows.set(name, { row, value });
      this.#status.append(row);
    }
    this.#toggle = h('button', { class: 'duty', type: 'button' }, icon(signs.power, 26), this.#toggleText);
    this.#toggle.addEventListener('click', () => actions.toggle());
    this.#toStop = h('button', { class: 'to-stop', type: 'button', hidden: true }, icon(icons.recentre, 22), h('span', {}, 'Let it drive there'));
    this.#toStop.addEventListener('click', () => actions.driveToStop());
    const button = (label: string, sign: string, act: () => void): HTMLButtonElement => {
      const made = h('button', { type: 'button', 'aria-label': label }, icon(sign));
      made.addEventListener('click', act);
      return made;
    };
    const recentre = button('Show my car', icons.recentre, () => actions.recentre());
    recentre.classList.add('round');
    this.#sheet = h(
      'main',
      { class: 'sheet' },
      h('header', { class: 'head' }, h('span', { class: 'logo' }, icon(icons.logo, 20)), h('b', {}, 'Drive'), this.#pill),
      h('div', { class: 'trip-card' }, this.#headline, this.#second),
      this.#alert,
      this.#toStop,
      this.#toggle,
      this.#status,
      this.#note,
      this.#spoken,
    );
    root.append(
      h('section', { class: 'map-frame', 'aria-label': 'Where your car is' }, this.mapContainer),
      this.#sheet,
      h(
        'aside',
        { class: 'edge', 'aria-label': 'Map controls' },
        this.#attribution,
        h('div', { class: 'buttons' }, recentre, h('div', { class: 'zoom' }, button('Zoom in', icons.plus, () => actions.zoomBy(1)), button('Zoom out', icons.minus, () => actions.zoomBy(-1)))),
      ),
    );
    new ResizeObserver(() => root.style.setProperty('--sheet', `${this.#sheet.offsetHeight}px`)).observe(this.#sheet);
  }

  /** How much of the map the sheet covers, pixels. */
  padding(): { top: number; right: number; bottom: number; left: number } {
    const wide = innerWidth >= 720;
    return {
      top: 70,
      right: 60,
      bottom: (wide ? 0 : this.#sheet.offsetHeight) + 60,
      left: (wide ? this.#sheet.offsetWidth + 24 : 0) + 60,
    };
  }

  setAttribution(text: string): void {
    setText(this.#attribution, text);
    show(this.#attribution, text !== '');
  }

  setNote(text: string): void {
    setText(this.#note, text);
    show(this.#note, text !== '');
  }

  draw(words: DriveWords, on: boolean, busy: boolean, canDriveToStop: boolean): void {
    this.#pill.dataset['tone'] = words.pill.tone;
    setText(this.#pillText, words.pill.text);
    if (this.#headline.textContent !== words.headline) setText(this.#spoken, `${words.headline}. ${words.second}`);
    setText(this.#headline, words.headline);
    setText(this.#second, words.second);
    show(this.#second, words.second !== '');
    show(this.#alert, words.alert !== undefined);
    if (words.alert) {
      setText(this.#alertTitle, words.alert.title);
      setText(this.#alertText, words.alert.text);
    }
    for (const name of ['gps', 'link', 'unsent', 'screen'] as const) this.#setRow(name, words[name]);
    setText(this.#toggleText, on ? 'Go off duty' : 'Start driving');
    this.#toggle.dataset['on'] = String(on);
    this.#toggle.disabled = busy;
    show(this.#toStop, canDriveToStop);
  }

  /** Where there is nobody to drive as. */
  explain(title: string, text: string): void {
    setText(this.#headline, title);
    setText(this.#second, text);
    for (const part of [this.#status, this.#toggle, this.#toStop, this.#alert]) show(part, false);
    this.#pill.dataset['tone'] = 'quiet';
    setText(this.#pillText, 'Off duty');
  }

  #setRow(name: RowName, line: Line): void {
    const { row, value } = this.#rows.get(name)!;
    row.dataset['tone'] = line.tone;
    setText(value, line.text);
  }
}

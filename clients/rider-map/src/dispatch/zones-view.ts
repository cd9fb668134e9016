/** The zones' card: the list with its counts, what happened in them, and the form of one. Draws, decides nothing. */
import { h, icon, icons, setText, show } from '../page/dom.js';
import type { ZoneNewsItem } from './zone-news.js';
import { carsWords } from './zone-words.js';
import type { Zone } from './zones.js';

export interface ZoneActions {
  close(): void;
  draw(): void;
  look(id: string): void;
  edit(id: string): void;
  /** The corners of the zone in the form are to be moved. */
  shape(): void;
  remove(id: string): Promise<string | undefined>;
  /** Answers with what went wrong, in words. */
  save(name: string, dwellMinutes: number | undefined): Promise<string | undefined>;
  leaveForm(): void;
}

export class ZonesView {
  readonly element = h('aside', { class: 'd-card d-zones', 'aria-label': 'Zones', hidden: true });
  readonly #actions: ZoneActions;
  readonly #list = h('ul', { class: 'd-zone-list' });
  readonly #empty = h('p', { class: 'd-empty' }, 'No zones yet. Draw one round a station, a market or a garage: you see how many cars are in it, and who comes and goes.');
  readonly #draw = h('button', { type: 'button', class: 'd-button strong' }, 'Draw a zone');
  readonly #news = h('ul', { class: 'd-zone-news' });
  readonly #newsHead = h('h3', {}, 'Came and went');
  readonly #form = h('form', { class: 'd-zone-form', hidden: true });
  readonly #formTitle = h('h2', {});
  readonly #name = h('input', { type: 'text', maxlength: '200', required: true, autocomplete: 'off', id: 'd-zone-name' });
  readonly #dwell = h('input', { type: 'number', min: '1', max: '10080', step: '1', inputmode: 'numeric', id: 'd-zone-dwell', placeholder: 'never' });
  readonly #corners = h('span', {});
  readonly #shape = h('button', { type: 'button', class: 'd-button' }, 'Edit shape');
  readonly #error = h('p', { class: 'd-error', role: 'alert' });
  readonly #body = h('div', { class: 'd-zone-body' });
  readonly #rows = new Map<string, { element: HTMLElement; count: HTMLElement; name: string }>();

  constructor(actions: ZoneActions) {
    this.#actions = actions;
    const close = h('button', { type: 'button', class: 'd-close', 'aria-label': 'Close' }, icon(icons.close, 20));
    close.addEventListener('click', () => actions.close());
    this.#draw.addEventListener('click', () => actions.draw());
    this.#body.append(h('header', {}, h('h2', {}, 'Zones'), close), this.#empty, this.#list, this.#draw, this.#newsHead, this.#news);
    const save = h('button', { type: 'submit', class: 'd-button strong' }, 'Save');
    const cancel = h('button', { type: 'button', class: 'd-button' }, 'Cancel');
    cancel.addEventListener('click', () => actions.leaveForm());
    this.#shape.addEventListener('click', () => actions.shape());
    this.#form.append(
      this.#formTitle,
      h('label', { for: 'd-zone-name' }, 'Name'),
      this.#name,
      h('label', { for: 'd-zone-dwell' }, 'Tell when a car stays longer than, minutes'),
      this.#dwell,
      h('div', { class: 'd-zone-shape' }, h('p', {}, h('b', {}, 'Shape'), this.#corners), this.#shape),
      this.#error,
      h('div', { class: 'd-buttons' }, save, cancel),
    );
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#save(save);
    });
    this.element.append(this.#body, this.#form);
  }

  setZones(zones: readonly Zone[]): void {
    this.#rows.clear();
    show(this.#empty, zones.length === 0);
    this.#list.replaceChildren(...zones.map((zone) => this.#row(zone)));
  }

  setCounts(counts: ReadonlyMap<string, number>): void {
    for (const [id, { count }] of this.#rows) setText(count, carsWords(counts.get(id) ?? 0));
  }

  setNews(news: readonly ZoneNewsItem[]): void {
    show(this.#newsHead, news.length > 0);
    while (this.#news.children.length > news.length) this.#news.lastElementChild?.remove();
    news.forEach(({ text, ago }, i) => {
      const item = this.#news.children[i] ?? this.#news.appendChild(h('li', {}, h('span'), h('small')));
      setText(item.children[0]!, text);
      setText(item.children[1]!, ago);
    });
  }

  showForm(zone: Zone | undefined): void {
    setText(this.#formTitle, zone ? 'Change the zone' : 'New zone');
    this.#name.value = zone?.name ?? '';
    this.#dwell.value = zone?.dwellSeconds === undefined ? '' : String(Math.max(1, Math.round(zone.dwellSeconds / 60)));
    setText(this.#error, '');
    show(this.#form, true);
    show(this.#body, false);
    this.#name.focus();
  }

  /** What is said of the border, and whether its corners may be moved. */
  setShape(words: string, canMove: boolean): void {
    setText(this.#corners, words);
    show(this.#shape, canMove);
  }

  focusShape(): void {
    this.#shape.focus();
  }

  showList(): void {
    show(this.#form, false);
    show(this.#body, true);
  }

  async #save(button: HTMLButtonElement): Promise<void> {
    const minutes = this.#dwell.value === '' ? undefined : Number(this.#dwell.value);
    button.disabled = true;
    setText(this.#error, (await this.#actions.save(this.#name.value.trim(), minutes)) ?? '');
    button.disabled = false;
  }

  #row({ id, name }: Zone): HTMLElement {
    const count = h('small', {}, carsWords(0));
    const look = h('button', { type: 'button', class: 'd-zone-name' }, h('b', {}, name), count);
    look.addEventListener('click', () => this.#actions.look(id));
    const edit = h('button', { type: 'button', class: 'd-mini', 'aria-label': `Change ${name}` }, icon(pencil, 20));
    edit.addEventListener('click', () => this.#actions.edit(id));
    const bin = h('button', { type: 'button', class: 'd-mini', 'aria-label': `Delete ${name}` }, icon(trash, 20));
    const element = h('li', {}, h('div', { class: 'd-zone-row' }, look, edit, bin));
    bin.addEventListener('click', () => this.#ask(element, id, name, bin));
    this.#rows.set(id, { element, count, name });
    return element;
  }

  /** In place of the row: nothing is deleted by one click. */
  #ask(element: HTMLElement, id: string, name: string, bin: HTMLElement): void {
    const yes = h('button', { type: 'button', class: 'd-button bad' }, 'Delete');
    const no = h('button', { type: 'button', class: 'd-button' }, 'Keep');
    const error = h('p', { class: 'd-error', role: 'alert' });
    const question = h('div', { class: 'd-ask', role: 'group', 'aria-label': `Delete ${name}?` }, h('p', {}, `Delete ${name}?`), h('div', { class: 'd-buttons' }, yes, no), error);
    const row = element.firstElementChild!;
    row.replaceWith(question);
    no.focus();
    no.addEventListener('click', () => {
      question.replaceWith(row);
      bin.focus();
    });
    yes.addEventListener('click', () => void this.#actions.remove(id).then((fault) => setText(error, fault ?? '')));
  }
}

const pencil = '<path fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" d="M5 19l.8-3.8L15.6 5.4a1.6 1.6 0 0 1 2.3 0l.7.7a1.6 1.6 0 0 1 0 2.3L8.8 18.2 5 19Z"/>';
const trash = '<path fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" d="M5 7h14M10 7V5h4v2M7 7l.8 11.2a1 1 0 0 0 1 .8h6.4a1 1 0 0 0 1-.8L17 7"/>';

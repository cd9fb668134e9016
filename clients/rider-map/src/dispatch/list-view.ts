/** The list in elements: only the rows that are seen exist, whatever their number. */
import { h, setText, svg } from '../page/dom.js';
import type { Row } from './list-model.js';
import type { RowWords } from './row-words.js';

const heights = { heading: 32, car: 54, trip: 54, more: 40 } as const;
/** Rows kept above and below those that are seen. */
const spare = 4;

export interface ListActions {
  choose(row: Row): void;
  words(row: Row & { type: 'car' | 'trip' }): RowWords;
}

interface Slot {
  readonly element: HTMLElement;
  readonly mark: SVGSVGElement;
  readonly title: HTMLElement;
  readonly about: HTMLElement;
  readonly status: HTMLElement;
  readonly more: HTMLElement;
}

export class ListView {
  readonly element = h('div', { class: 'd-list', role: 'listbox', tabindex: '0', 'aria-label': 'Cars and trips' });
  readonly #filler = h('div', { class: 'd-filler', role: 'presentation' });
  readonly #actions: ListActions;
  readonly #slots: Slot[] = [];
  #rows: readonly Row[] = [];
  #tops: number[] = [0];
  #active = -1;
  #chosen = '';

  constructor(actions: ListActions) {
    this.#actions = actions;
    this.element.append(this.#filler);
    this.element.addEventListener('scroll', () => this.draw(), { passive: true });
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
    this.element.addEventListener('focus', () => {
      if (this.#active < 0) this.#activate(this.#next(-1, 1));
    });
    this.#filler.addEventListener('click', (event) => {
      const row = (event.target as Element).closest<HTMLElement>('[data-index]');
      if (row) this.#choose(Number(row.dataset['index']));
    });
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** `chosen`: the id of the row that is marked. */
  set(rows: readonly Row[], chosen: string | undefined): void {
    const active = this.#rows[this.#active];
    this.#rows = rows;
    this.#chosen = chosen ?? '';
    if (active && 'id' in active) this.#active = rows.findIndex((row) => 'id' in row && row.id === active.id);
    const tops = new Array<number>(rows.length + 1);
    tops[0] = 0;
    rows.forEach((row, i) => (tops[i + 1] = tops[i]! + heights[row.type]));
    this.#tops = tops;
    this.#filler.style.height = `${tops[rows.length]! + 12}px`;
    this.draw();
  }

  /** From the search field down into the list. */
  enter(): void {
    this.#active = this.#next(-1, 1);
    this.element.focus();
    this.#activate(this.#active);
  }

  /** The first row that can be chosen, as Enter in the search field does. */
  chooseFirst(): void {
    this.#choose(this.#next(-1, 1));
  }

  reveal(id: string): void {
    const at = this.#rows.findIndex((row) => 'id' in row && row.id === id);
    if (at >= 0) this.#scrollTo(at);
  }

  draw(): void {
    const top = this.element.scrollTop;
    const bottom = top + this.element.clientHeight;
    const first = Math.max(0, this.#at(top) - spare);
    const last = Math.min(this.#rows.length, this.#at(bottom) + 1 + spare);
    for (let i = first; i < last; i++) this.#draw(this.#slots[i - first] ?? this.#slot(), i);
    for (let i = last - first; i < this.#slots.length; i++) this.#slots[i]!.element.hidden = true;
    if (this.#active < first || this.#active >= last) this.element.removeAttribute('aria-activedescendant');
    else if (this.#active >= 0) this.element.setAttribute('aria-activedescendant', `d-row-${this.#active}`);
  }

  /** Index of the row at so many pixels. */
  #at(pixels: number): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tops[middle + 1]! <= pixels) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #slot(): Slot {
    const mark = svg({ class: 'd-mark', viewBox: '-13 -13 26 26', width: '26', height: '26', 'aria-hidden': 'true' }, markShapes);
    const slot: Slot = { element: h('div'), mark, title: h('b'), about: h('small'), status: h('b'), more: h('small') };
    slot.element.append(mark, h('span', {}, slot.title, slot.about), h('span', { class: 'end' }, slot.status, slot.more));
    this.#slots.push(slot);
    this.#filler.append(slot.element);
    return slot;
  }

  #draw(slot: Slot, index: number): void {
    const row = this.#rows[index]!;
    const { element } = slot;
    element.hidden = false;
    element.style.transform = `translateY(${this.#tops[index]!}px)`;
    element.dataset['index'] = String(index);
    element.id = `d-row-${index}`;
    element.className = `d-row row-${row.type}${index === this.#active ? ' active' : ''}`;
    if (row.type === 'heading' || row.type === 'more') {
      setText(slot.title, row.text);
      for (const rest of [slot.about, slot.status, slot.more]) setText(rest, '');
      element.removeAttribute('aria-selected');
      element.setAttribute('role', row.type === 'more' ? 'option' : 'presentation');
      if (row.type === 'more') element.setAttribute('aria-selected', 'false');
      return;
    }
    const words = this.#actions.words(row);
    element.setAttribute('role', 'option');
    element.setAttribute('aria-selected', String(row.id === this.#chosen));
    element.dataset['id'] = row.id;
    element.dataset['tone'] = words.tone;
    slot.mark.setAttribute('class', `d-mark ${row.type === 'trip' ? 'trip' : words.kind} ${words.heading === undefined ? 'disc' : 'arrow'}`);
    slot.mark.style.transform = words.heading === undefined ? '' : `rotate(${Math.round(words.heading)}deg)`;
    setText(slot.title, words.title);
    setText(slot.about, words.about);
    setText(slot.status, words.status);
    setText(slot.more, words.more);
  }

  #choose(index: number): void {
    const row = this.#rows[index];
    if (!row || row.type === 'heading') return;
    this.#active = index;
    this.#actions.choose(row);
  }

  #onKey(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.element.clientHeight / heights.car) - 1);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      this.#activate(this.#next(this.#active, step));
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#choose(this.#active);
    }
  }

  #next(from: number, step: number): number {
    const last = this.#rows.length - 1;
    const way = step < 0 ? -1 : 1;
    let at = Math.min(last, Math.max(0, from + step));
    while (this.#rows[at]?.type === 'heading') at += way;
    // Only a heading lies that way: it is seen, and the row below it stays the active one.
    return at < 0 || at > last ? Math.max(from, this.#rows[0]?.type === 'heading' ? 1 : 0) : at;
  }

  #activate(index: number): void {
    this.#active = index;
    this.#scrollTo(index);
    this.draw();
  }

  #scrollTo(index: number): void {
    if (index < 0) return;
    // The heading above a first row comes along.
    const above = this.#rows[index - 1]?.type === 'heading' ? heights.heading : 0;
    const top = this.#tops[index]! - above;
    const bottom = this.#tops[index + 1] ?? 0;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (bottom > this.element.scrollTop + this.element.clientHeight) this.element.scrollTop = bottom - this.element.clientHeight;
  }
}

const markShapes =
  '<path class="m-arrow" d="M0 -9.6 L7.4 8.6 L0 5.2 L-7.4 8.6 Z"/><circle class="m-disc" r="6.4"/>' +
  '<g class="m-trip"><circle r="8"/><path d="M0 -3.8V0.6M0 4v.01"/></g>';

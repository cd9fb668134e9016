/** One car, or one trip without a driver: what is known of it and what can be done. Draws, decides nothing. */
import { h, icon, icons, setText, show } from '../page/dom.js';

/** One of several that can be chosen in place. */
export interface Option {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly end: string;
}

export interface Detail {
  readonly plate: string | undefined;
  readonly title: string;
  readonly about: string;
  readonly facts: readonly { readonly name: string; readonly value: string; readonly tone?: 'warn' | undefined }[];
  readonly stops: readonly { readonly kind: 'pickup' | 'dropoff'; readonly name: string; readonly value: string }[];
  readonly canFollow: boolean;
  readonly following: boolean;
  readonly canCancel: boolean;
  /** What the button says that opens the choice; undefined: nothing is to be chosen. */
  readonly assign: string | undefined;
}

export interface DetailActions {
  close(): void;
  follow(): void;
  /** Answers with what went wrong, in words. */
  cancel(): Promise<string | undefined>;
  options(): Promise<readonly Option[] | string>;
  assign(option: string): Promise<string | undefined>;
}

export class DetailView {
  readonly element = h('aside', { class: 'd-card d-detail', 'aria-label': 'The chosen one', hidden: true });
  readonly #actions: DetailActions;
  readonly #plate = h('span', { class: 'd-plate' });
  readonly #title = h('h2');
  readonly #about = h('p', { class: 'd-about' });
  readonly #facts = h('dl');
  readonly #stops = h('ul', { class: 'd-stops' });
  readonly #follow = h('button', { type: 'button', class: 'd-button strong' }, 'Follow');
  readonly #cancel = h('button', { type: 'button', class: 'd-button bad' }, 'Cancel trip');
  readonly #assign = h('button', { type: 'button', class: 'd-button' });
  readonly #buttons = h('div', { class: 'd-buttons' });
  readonly #place = h('div', { class: 'd-place' });
  readonly #error = h('p', { class: 'd-error', role: 'alert' });
  readonly #closeButton = h('button', { type: 'button', class: 'd-close', 'aria-label': 'Close' }, icon(icons.close, 20));

  constructor(actions: DetailActions) {
    this.#actions = actions;
    this.#buttons.append(this.#follow, this.#assign, this.#cancel);
    this.element.append(h('header', {}, this.#plate, this.#closeButton), this.#title, this.#about, this.#facts, this.#stops, this.#place, this.#error, this.#buttons);
    this.#closeButton.addEventListener('click', () => actions.close());
    this.#follow.addEventListener('click', () => actions.follow());
    this.#cancel.addEventListener('click', () => this.#askCancel());
    this.#assign.addEventListener('click', () => void this.#choose());
  }

  focus(): void {
    this.#closeButton.focus();
  }

  /** Another one: questions that were open are of the last. */
  open(): void {
    show(this.element, true);
    this.#done('');
  }

  close(): void {
    show(this.element, false);
  }

  draw(detail: Detail): void {
    setText(this.#plate, detail.plate ?? '');
    show(this.#plate, detail.plate !== undefined);
    setText(this.#title, detail.title);
    setText(this.#about, detail.about);
    fill(this.#facts, detail.facts, () => h('div', {}, h('dt'), h('dd')), (element, { name, value, tone }) => {
      setText(element.children[0]!, name);
      setText(element.children[1]!, value);
      element.dataset['tone'] = tone ?? 'plain';
    });
    show(this.#stops, detail.stops.length > 0);
    fill(this.#stops, detail.stops, () => h('li', {}, h('i', { 'aria-hidden': 'true' }), h('span', {}, h('small'), h('b'))), (element, { kind, name, value }) => {
      element.dataset['kind'] = kind;
      setText(element.querySelector('small')!, name);
      setText(element.querySelector('b')!, value);
    });
    const asking = this.#place.childElementCount > 0;
    show(this.#buttons, !asking);
    show(this.#follow, detail.canFollow);
    this.#follow.setAttribute('aria-pressed', String(detail.following));
    setText(this.#follow, detail.following ? 'Following' : 'Follow');
    show(this.#cancel, detail.canCancel);
    show(this.#assign, detail.assign !== undefined);
    setText(this.#assign, detail.assign ?? '');
    this.#assign.classList.toggle('strong', !detail.canFollow);
  }

  #askCancel(): void {
    const yes = h('button', { type: 'button', class: 'd-button bad solid' }, 'Yes, cancel it');
    const no = h('button', { type: 'button', class: 'd-button' }, 'Keep it');
    const words = 'Cancel this trip? Its rider and its driver are told at once.';
    this.#ask(h('div', { class: 'd-ask', role: 'group', 'aria-label': words }, h('p', {}, words), h('div', { class: 'd-buttons' }, yes, no)));
    no.focus();
    no.addEventListener('click', () => this.#leave(this.#cancel));
    yes.addEventListener('click', () => {
      yes.disabled = true;
      void this.#actions.cancel().then((fault) => this.#done(fault ?? ''));
    });
  }

  async #choose(): Promise<void> {
    const list = h('ul', { class: 'd-options' }, h('li', { class: 'd-empty' }, 'Looking…'));
    const no = h('button', { type: 'button', class: 'd-button' }, 'Not now');
    const ask = h('div', { class: 'd-ask', role: 'group', 'aria-label': this.#assign.textContent ?? '' }, h('p', {}, this.#assign.textContent ?? ''), list, no);
    this.#ask(ask);
    no.focus();
    no.addEventListener('click', () => this.#leave(this.#assign));
    const options = await this.#actions.options();
    if (!ask.isConnected) return;
    if (typeof options === 'string') return list.replaceChildren(h('li', { class: 'd-empty' }, options));
    list.replaceChildren(...options.map((option) => this.#option(option)));
  }

  #option({ id, title, about, end }: Option): HTMLElement {
    const button = h('button', { type: 'button', 'data-id': id }, h('span', {}, h('b', {}, title), h('small', {}, about)), h('small', { class: 'end' }, end));
    button.addEventListener('click', () => {
      button.disabled = true;
      void this.#actions.assign(id).then((fault) => this.#done(fault ?? ''));
    });
    return h('li', {}, button);
  }

  #ask(element: HTMLElement): void {
    setText(this.#error, '');
    this.#place.replaceChildren(element);
    show(this.#buttons, false);
  }

  #leave(back: HTMLElement): void {
    this.#done('');
    back.focus();
  }

  #done(fault: string): void {
    this.#place.replaceChildren();
    show(this.#buttons, true);
    setText(this.#error, fault);
  }
}

/** As many children as there are items, each brought up to date. */
function fill<T>(parent: HTMLElement, items: readonly T[], make: () => HTMLElement, draw: (element: HTMLElement, item: T) => void): void {
  while (parent.children.length > items.length) parent.lastElementChild?.remove();
  items.forEach((item, i) => draw((parent.children[i] as HTMLElement | undefined) ?? parent.appendChild(make()), item));
}

/** The panel with search, filters and list; docked, a drawer or a sheet by the width of the window. */
import { h, icon, icons, setText, show } from '../page/dom.js';
import type { StrategyMenu } from '../page/strategy-menu.js';
import type { Counts, Kind } from './fleet-table.js';
import type { ListView } from './list-view.js';

export interface PanelActions {
  filter(kind: Kind | 'all'): void;
  search(text: string): void;
  signOut(): void;
}

const filters = [['all', 'All'], ['idle', 'Idle'], ['busy', 'Busy'], ['stale', 'Stale']] as const;
const lens = '<circle cx="11" cy="11" r="6.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="m16 16 4 4" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>';
const bars = '<path d="M4 7h16M4 12h16M4 17h10" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>';

export class PanelView {
  readonly element: HTMLElement;
  /** Opens the drawer, on windows where the panel is one. */
  readonly opener = h('button', { type: 'button', class: 'd-opener', 'aria-expanded': 'false', 'aria-controls': 'd-panel' }, icon(bars, 22), h('span', {}, 'List'));
  readonly #list: ListView;
  readonly #pill = h('div', { class: 'pill', role: 'status' });
  readonly #pillText = h('b');
  readonly #filters = new Map<Kind | 'all', { button: HTMLButtonElement; count: HTMLElement }>();
  readonly #search = h('input', { type: 'search', placeholder: 'Plate, driver or trip', 'aria-label': 'Search plate, driver or trip', autocomplete: 'off', spellcheck: 'false' });
  readonly #empty = h('div', { class: 'd-empty', role: 'status', hidden: true });
  readonly #footerText = h('span');
  readonly #signOut = h('button', { type: 'button', class: 'd-link' }, 'Sign out');

  constructor(list: ListView, menu: StrategyMenu, actions: PanelActions) {
    this.#list = list;
    this.#pill.append(h('i', { 'aria-hidden': 'true' }), this.#pillText);
    const row = h('div', { class: 'd-filters', role: 'group', 'aria-label': 'Which cars' });
    for (const [kind, name] of filters) {
      const count = h('span', {}, '0');
      const button = h('button', { type: 'button', 'aria-pressed': String(kind === 'all'), 'data-kind': kind }, name, ' ', count);
      button.addEventListener('click', () => {
        for (const [other, entry] of this.#filters) entry.button.setAttribute('aria-pressed', String(other === kind));
        actions.filter(kind);
      });
      this.#filters.set(kind, { button, count });
      row.append(button);
    }
    this.#search.addEventListener('input', () => actions.search(this.#search.value));
    this.#search.addEventListener('keydown', (event) => this.#onSearchKey(event, actions));
    this.#signOut.addEventListener('click', () => actions.signOut());
    const handle = h('button', { type: 'button', class: 'd-handle', 'aria-label': 'Show more of the list' });
    handle.addEventListener('click', () => this.#toggleTall(handle));
    this.element = h(
      'main',
      { class: 'd-panel', id: 'd-panel' },
      handle,
      h('header', { class: 'd-head' }, h('span', { class: 'logo' }, icon(icons.logo, 20)), h('h1', {}, 'Dispatch'), this.#pill),
      h('label', { class: 'd-search' }, icon(lens, 20), this.#search, h('kbd', { 'aria-hidden': 'true' }, '/')),
      row,
      this.#empty,
      list.element,
      h('footer', { class: 'd-foot' }, this.#footerText, this.#signOut, menu.element),
    );
    this.opener.addEventListener('click', () => this.open(!document.body.classList.contains('d-open')));
  }

  /** The drawer; where the panel is docked this changes nothing that is seen. */
  open(open: boolean): void {
    document.body.classList.toggle('d-open', open);
    this.opener.setAttribute('aria-expanded', String(open));
    if (open) this.#search.focus({ preventScroll: true });
  }

  focusSearch(): void {
    if (this.opener.offsetParent !== null) this.open(true);
    this.#search.focus();
    this.#search.select();
  }

  setPill(tone: 'live' | 'warn' | 'bad' | 'quiet', text: string): void {
    this.#pill.dataset['tone'] = tone;
    setText(this.#pillText, text);
  }

  setCounts(counts: Counts): void {
    for (const [kind, { count }] of this.#filters) setText(count, counts[kind].toLocaleString());
    setText(this.#footerText, counts.all === 1 ? '1 car in view' : `${counts.all.toLocaleString()} cars in view`);
  }

  /** Said in place of a list that has nothing; undefined: there is one. */
  setEmpty(title: string | undefined, text = ''): void {
    show(this.#empty, title !== undefined);
    show(this.#list.element, title === undefined);
    if (title !== undefined && this.#empty.textContent !== title + text) this.#empty.replaceChildren(h('b', {}, title), h('p', {}, text));
  }

  #onSearchKey(event: KeyboardEvent, actions: PanelActions): void {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      this.#list.enter();
    } else if (event.key === 'Enter') this.#list.chooseFirst();
    else if (event.key === 'Escape' && this.#search.value !== '') {
      event.stopPropagation();
      event.preventDefault();
      this.#search.value = '';
      actions.search('');
    }
  }

  #toggleTall(handle: HTMLElement): void {
    const tall = document.body.classList.toggle('d-tall');
    handle.setAttribute('aria-label', tall ? 'Show less of the list' : 'Show more of the list');
  }
}

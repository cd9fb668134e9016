/** Shows how the states come, and opens a menu to have them come another way. */
import type { Status, Strategy } from '@ridetracker/rider-client';
import { h, icon, icons, setText } from './dom.js';
import { fill, type StrategyWords } from './i18n/messages.js';
import { strategyWords } from './strategy-words.js';

type Choice = Strategy | 'auto';

const choices: readonly Choice[] = ['auto', 'sse', 'websocket', 'long-poll', 'poll'];

const glyphs: Record<Strategy, string> = { sse: icons.down, websocket: icons.both, 'long-poll': icons.hold, poll: icons.loop };

export function isStrategy(text: string | null): text is Strategy {
  return text === 'sse' || text === 'websocket' || text === 'long-poll' || text === 'poll';
}

export function strategyName(strategy: Strategy, pollIntervalMs: number, words: StrategyWords = strategyWords): string {
  return fill(words.short[strategy], { seconds: String(Math.round(pollIntervalMs / 100) / 10) });
}

export class StrategyMenu {
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #label = h('span');
  readonly #glyph = h('span', { class: 'strategy-glyph' });
  readonly #menu: HTMLElement;
  readonly #items = new Map<Choice, HTMLButtonElement>();
  #shown: Strategy | undefined;

  /** The other end of the page's clicks; removed by `close`. */
  readonly #over = new AbortController();

  constructor(
    onChoice: (choice: Choice) => void,
    private readonly words: StrategyWords = strategyWords,
  ) {
    this.#button = h(
      'button',
      { class: 'strategy', type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', title: words.title },
      this.#glyph,
      this.#label,
    );
    this.#menu = h('div', { class: 'strategy-menu', role: 'menu', 'aria-label': words.title, popover: 'manual', hidden: true });
    for (const choice of choices) {
      const { name, hint } = words.choices[choice];
      const item = h(
        'button',
        { type: 'button', role: 'menuitemradio', 'aria-checked': 'false', 'data-strategy': choice },
        h('span', { class: 'strategy-check' }, icon(icons.check, 18)),
        h('span', {}, h('b', {}, name), h('small', {}, hint)),
      );
      item.addEventListener('click', () => {
        this.#open(false);
        onChoice(choice);
      });
      this.#items.set(choice, item);
      this.#menu.append(item);
    }
    this.element = h('div', { class: 'strategy-holder' }, this.#button, this.#menu);
    this.#button.addEventListener('click', () => this.#open(this.#menu.hidden !== false));
    document.addEventListener(
      'click',
      (event) => {
        // In a shadow root the document sees its host only; the path has all.
        if (!event.composedPath().includes(this.element)) this.#open(false);
      },
      { signal: this.#over.signal },
    );
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** The strategy that is in use, once there is one. */
  get strategy(): Strategy | undefined {
    return this.#shown;
  }

  update(status: Pick<Status, 'strategy' | 'pinned'>, pollIntervalMs: number): void {
    setText(this.#label, strategyName(status.strategy, pollIntervalMs, this.words));
    this.#button.dataset['strategy'] = status.strategy;
    if (this.#shown !== status.strategy) {
      this.#shown = status.strategy;
      this.#glyph.replaceChildren(icon(glyphs[status.strategy], 16));
    }
    const chosen: Choice = status.pinned ? status.strategy : 'auto';
    for (const [choice, item] of this.#items) item.setAttribute('aria-checked', String(choice === chosen));
  }

  close(): void {
    this.#over.abort();
  }

  #open(open: boolean): void {
    if (this.#menu.hidden !== open) return;
    // A browser without popovers shows the menu where it is.
    if (!open) this.#menu.hidePopover?.();
    this.#menu.hidden = !open;
    this.#button.setAttribute('aria-expanded', String(open));
    if (!open) return;
    this.#menu.showPopover?.();
    this.#place();
    this.#menu.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
  }

  /** Above the button, or as near to that as the window lets it; its end at the button's end. */
  #place(): void {
    const at = this.#button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#menu;
    const wanted = getComputedStyle(this.#button).direction === 'rtl' ? at.left : at.right - width;
    const keep = (from: number, most: number): string => `${Math.max(8, Math.min(from, most))}px`;
    this.#menu.style.left = keep(wanted, innerWidth - width - 8);
    this.#menu.style.top = keep(at.top - height, innerHeight - height - 8);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !this.#menu.hidden) {
      event.stopPropagation();
      this.#open(false);
      this.#button.focus();
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    const items = [...this.#items.values()];
    const focused = (this.element.getRootNode() as Document | ShadowRoot).activeElement;
    const at = items.findIndex((item) => item === focused);
    items[(at + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length]?.focus();
  }
}

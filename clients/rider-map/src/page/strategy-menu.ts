/** Shows how the states come, and opens a menu to have them come another way. */
import type { Status, Strategy } from '@ridetracker/rider-client';
import { h, icon, icons, setText } from './dom.js';

type Choice = Strategy | 'auto';

const choices: readonly { readonly choice: Choice; readonly name: string; readonly hint: string }[] = [
  { choice: 'auto', name: 'Automatic', hint: 'The best that works here' },
  { choice: 'sse', name: 'Server-sent events', hint: 'One open line. The server speaks.' },
  { choice: 'websocket', name: 'WebSocket', hint: 'One open line. Both sides can speak.' },
  { choice: 'long-poll', name: 'Long poll', hint: 'Asks once. Answered when there is news.' },
  { choice: 'poll', name: 'Poll', hint: 'Asks every few seconds, news or not.' },
];

const glyphs: Record<Strategy, string> = { sse: icons.down, websocket: icons.both, 'long-poll': icons.hold, poll: icons.loop };

export function isStrategy(text: string | null): text is Strategy {
  return text === 'sse' || text === 'websocket' || text === 'long-poll' || text === 'poll';
}

export function strategyName(strategy: Strategy, pollIntervalMs: number): string {
  switch (strategy) {
    case 'sse':
      return 'SSE';
    case 'websocket':
      return 'WebSocket';
    case 'long-poll':
      return 'Long poll';
    case 'poll':
      return `Poll ${Math.round(pollIntervalMs / 100) / 10} s`;
  }
}

export class StrategyMenu {
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #label = h('span');
  readonly #glyph = h('span', { class: 'strategy-glyph' });
  readonly #menu: HTMLElement;
  readonly #items = new Map<Choice, HTMLButtonElement>();
  #shown: Strategy | undefined;

  constructor(onChoice: (choice: Choice) => void) {
    this.#button = h(
      'button',
      { class: 'strategy', type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', title: 'How the updates come' },
      this.#glyph,
      this.#label,
    );
    this.#menu = h('div', { class: 'strategy-menu', role: 'menu', 'aria-label': 'How the updates come', hidden: true });
    for (const { choice, name, hint } of choices) {
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
    document.addEventListener('click', (event) => {
      if (!this.element.contains(event.target as Node)) this.#open(false);
    });
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
  }

  update(status: Pick<Status, 'strategy' | 'pinned'>, pollIntervalMs: number): void {
    setText(this.#label, strategyName(status.strategy, pollIntervalMs));
    this.#button.dataset['strategy'] = status.strategy;
    if (this.#shown !== status.strategy) {
      this.#shown = status.strategy;
      this.#glyph.replaceChildren(icon(glyphs[status.strategy], 16));
    }
    const chosen: Choice = status.pinned ? status.strategy : 'auto';
    for (const [choice, item] of this.#items) item.setAttribute('aria-checked', String(choice === chosen));
  }

  #open(open: boolean): void {
    if (this.#menu.hidden !== open) return;
    this.#menu.hidden = !open;
    this.#button.setAttribute('aria-expanded', String(open));
    if (open) this.#menu.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
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
    const at = items.findIndex((item) => item === document.activeElement);
    items[(at + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length]?.focus();
  }
}

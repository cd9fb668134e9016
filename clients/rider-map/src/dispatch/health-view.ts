/** The bar with the nodes and their rates, and the line below it that says what is wrong. */
import { h, setText, show } from '../page/dom.js';
import type { Health } from './health.js';

export class HealthView {
  readonly element = h('div', { class: 'd-top' });
  readonly #bar = h('div', { class: 'd-health', role: 'group', 'aria-label': 'Nodes', hidden: true });
  readonly #dots = h('span', { class: 'd-dots', 'aria-hidden': 'true' });
  readonly #nodes = h('b');
  readonly #figures = ['fixes/s', 'car to screen, p99', 'refused/s'].map((name) => ({ value: h('b'), element: h('span', { class: 'd-figure' }), name }));
  readonly #notice = h('p', { class: 'd-notice', role: 'status' });

  constructor() {
    for (const { value, element, name } of this.#figures) element.append(value, ` ${name}`);
    this.#bar.append(h('span', { class: 'd-nodes' }, this.#dots, this.#nodes), ...this.#figures.map(({ element }) => element));
    this.element.append(this.#bar, this.#notice);
    this.notice(undefined);
  }

  set(health: Health | undefined): void {
    show(this.#bar, health !== undefined && health.nodes.length > 0);
    if (!health) return;
    this.#bar.dataset['tone'] = health.tone;
    setText(this.#nodes, health.text);
    const tones = health.nodes.map(({ tone }) => tone).join(' ');
    if (this.#dots.dataset['tones'] !== tones) {
      this.#dots.dataset['tones'] = tones;
      this.#dots.replaceChildren(...health.nodes.slice(0, 12).map(({ tone }) => h('i', { 'data-tone': tone })));
    }
    this.#bar.title = health.nodes.map(({ words }) => words).join('\n');
    const texts = [
      health.fixesPerSecond === undefined ? undefined : String(Math.round(health.fixesPerSecond)),
      health.seenP99Ms === undefined ? undefined : `${(health.seenP99Ms / 1000).toFixed(1)} s`,
      health.rejectedPerSecond === undefined ? undefined : health.rejectedPerSecond > 0 && health.rejectedPerSecond < 10 ? health.rejectedPerSecond.toFixed(1) : String(Math.round(health.rejectedPerSecond)),
    ];
    this.#figures.forEach(({ value, element }, i) => {
      setText(value, texts[i] ?? '');
      // A narrow bar has no room for what did not happen.
      element.toggleAttribute('data-none', texts[i] === '0');
      // What is not known is not said.
      show(element, texts[i] !== undefined);
    });
  }

  /** Undefined: all is well. */
  notice(text: string | undefined): void {
    setText(this.#notice, text ?? '');
    show(this.#notice, text !== undefined);
  }
}

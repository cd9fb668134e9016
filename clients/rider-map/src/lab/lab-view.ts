/** The lab's page in elements: head with switches, the cards, the verdict, the table, and how to read it all. */
import { h, icon, icons, setText, show } from '../page/dom.js';
import { Card, type CardWords } from './card.js';
import type { Figures } from './figures.js';
import type { Condition } from './network.js';
import { kilobytes, seconds, spanWords } from './verdict.js';

export interface LabActions {
  setPoll(id: string): void;
  setNetwork(condition: Condition): void;
  togglePause(): void;
  restart(): void;
}

export interface RowSpec extends CardWords {
  readonly id: string;
  /** As the table names it. */
  readonly name: string;
}

const pauseIcon = '<path stroke="currentColor" stroke-width="2.6" stroke-linecap="round" d="M9 6v12M15 6v12"/>';
const playIcon = '<path fill="currentColor" d="M8 5.5v13a.6.6 0 0 0 .9.5l10.3-6.5a.6.6 0 0 0 0-1L8.900 5A.6.6 0 0 0 8 5.500Z"/>';

const headings = ['Way to ask', 'Requests', 'Data', 'Answers with no news', 'Age, mostly (p50)', 'Age at worst (p99)', 'Open now', 'Cut off'] as const;

export class LabView {
  readonly cards = new Map<string, Card>();
  readonly #polls: Switch<string>;
  readonly #networks: Switch<Condition>;
  readonly #pause = h('button', { type: 'button', class: 'quiet' });
  readonly #notice = h('p', { class: 'notice', hidden: true });
  readonly #verdict = h('p', { class: 'verdict' });
  readonly #measured = h('span');
  readonly #attribution = h('span');
  readonly #limit = h('p', { class: 'limit' });
  readonly #spoken = h('div', { class: 'spoken', role: 'status' });
  readonly #grid = h('div', { class: 'grid' });
  readonly #rows = new Map<string, HTMLElement[]>();
  readonly #span = h('span');

  constructor(root: HTMLElement, ways: readonly RowSpec[], actions: LabActions) {
    const restart = h('button', { type: 'button', class: 'quiet' }, icon(icons.loop, 18), 'Start over');
    restart.addEventListener('click', () => actions.restart());
    this.#pause.addEventListener('click', () => actions.togglePause());
    this.#polls = new Switch('Ask every', [['poll-1', '1 s'], ['poll-5', '5 s']], (id) => actions.setPoll(id));
    this.#polls.element.classList.add('ask');
    this.#networks = new Switch<Condition>('Network', [['good', 'Good'], ['slow', 'Slow'], ['cut', 'Cut for 5 s']], (condition) =>
      actions.setNetwork(condition),
    );
    for (const way of ways) {
      const card = new Card(way.id, way);
      this.cards.set(way.id, card);
      this.#grid.append(card.element);
    }
    root.append(
      h(
        'header',
        { class: 'top' },
        h('a', { class: 'home', href: '/', title: 'All cars' }, h('span', { class: 'logo' }, icon(icons.logo, 20)), h('b', {}, 'Transport lab')),
        h('div', { class: 'run', role: 'group', 'aria-label': 'The measurement' }, this.#pause, restart),
      ),
      h(
        'main',
        {},
        h(
          'div',
          { class: 'intro' },
          h(
            'div',
            {},
            h('h1', {}, 'Where is my car? Four ways to ask.'),
            h(
              'p',
              {},
              'Every column watches the same car. A page can keep asking, ask once and wait, or leave the line open so that the server speaks when there is news. See how old each picture gets, and what it costs.',
            ),
          ),
          h('div', { class: 'switches' }, this.#polls.element, this.#networks.element),
        ),
        this.#notice,
        this.#grid,
        this.#verdict,
        h('div', { class: 'fine' }, this.#measured, this.#attribution),
        this.#limit,
        this.#table(ways),
        howToRead(),
      ),
      this.#spoken,
    );
    this.setPaused(false);
  }

  setPoll(id: string): void {
    this.#grid.dataset['poll'] = id;
    this.#polls.set(id);
  }

  setNetwork(condition: Condition): void {
    this.#networks.set(condition);
    document.body.dataset['network'] = condition;
  }

  setPaused(paused: boolean): void {
    this.#pause.replaceChildren(icon(paused ? playIcon : pauseIcon, 18), paused ? 'Go on' : 'Pause');
    document.body.dataset['paused'] = String(paused);
  }

  /** A sentence above the cards, such as why nothing moves; none hides it. */
  setNotice(text: string | undefined): void {
    show(this.#notice, text !== undefined);
    setText(this.#notice, text ?? '');
  }

  setVerdict(verdict: { readonly lead: string; readonly text: string } | undefined): void {
    const shown = verdict ?? { lead: 'Measuring.', text: 'The first figures are there after five seconds, all of them after a minute.' };
    if (this.#verdict.textContent === `${shown.lead} ${shown.text}`) return;
    this.#verdict.replaceChildren(h('b', {}, shown.lead), ` ${shown.text}`);
  }

  setFine(measured: string, attribution: string): void {
    setText(this.#measured, measured);
    setText(this.#attribution, attribution);
  }

  setLimit(text: string, bites: boolean): void {
    setText(this.#limit, text);
    this.#limit.classList.toggle('bites', bites);
  }

  setRow(id: string, figures: Figures): void {
    const age = (ms: number | undefined): string => (ms === undefined ? '–' : `${seconds(ms)} s`);
    const texts = [
      String(figures.requests),
      `${kilobytes(figures.bytes)} kB`,
      figures.answers === 0 ? '–' : `${figures.emptyAnswers} of ${figures.answers}`,
      age(figures.ageP50Ms),
      age(figures.ageP99Ms),
      String(figures.open),
      figures.gaps === 0 ? 'never' : `${figures.gaps} ×, ${seconds(figures.gapMs)} s`,
    ];
    this.#rows.get(id)?.forEach((cell, i) => setText(cell, texts[i] ?? ''));
    setText(this.#span, spanWords(figures.spanMs));
  }

  /** For the ear. */
  say(text: string): void {
    setText(this.#spoken, text);
  }

  #table(ways: readonly RowSpec[]): HTMLElement {
    const body = h('tbody');
    for (const way of ways) {
      const cells = headings.slice(1).map((name) => h('td', { 'data-name': name }));
      this.#rows.set(way.id, cells);
      body.append(h('tr', {}, h('th', { scope: 'row' }, way.name), ...cells));
    }
    return h(
      'section',
      { class: 'table', 'aria-labelledby': 'table-title' },
      h('h2', { id: 'table-title' }, 'Side by side, ', this.#span),
      h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'The table; it scrolls sideways where it has to' }, h('table', {}, h('thead', {}, h('tr', {}, ...headings.map((name) => h('th', { scope: 'col' }, name)))), body)),
    );
  }
}

function howToRead(): HTMLElement {
  const item = (term: string, text: string): HTMLElement => h('div', {}, h('dt', {}, term), h('dd', {}, text));
  return h(
    'section',
    { class: 'read', 'aria-labelledby': 'read-title' },
    h('h2', { id: 'read-title' }, 'How to read this'),
    h(
      'dl',
      {},
      item('The talk', 'A thin grey line goes from the page to the server: a question. A blue one comes back with a new picture, a dashed one with nothing new.'),
      item('The saw', 'From the moment a picture is shown it grows older, until the next one comes. Low teeth are good. All columns have the same scale.'),
      item('Short polling', 'Ask again and again. Ask often, and most answers are “nothing new”; ask seldom, and the picture is old.'),
      item('Long polling', 'Ask once; the server keeps the question until it has news, then you ask again. Works where open lines do not.'),
      item('Server-sent events', 'One request whose answer never ends. Each piece of news is one more line of it.'),
      item('WebSocket', 'One connection on which both sides can speak at any time.'),
      item('Try this', 'Cut the network and watch who is back first. Make it slow and watch what an answer costs those who must ask for it.'),
    ),
  );
}

/** A row of choices of which one is taken. */
class Switch<T extends string> {
  readonly element: HTMLElement;
  readonly #buttons = new Map<T, HTMLButtonElement>();

  constructor(label: string, choices: readonly (readonly [T, string])[], onChoice: (choice: T) => void) {
    const group = h('div', { class: 'segments', role: 'group', 'aria-label': label });
    for (const [choice, text] of choices) {
      const button = h('button', { type: 'button', 'aria-pressed': 'false', 'data-choice': choice }, text);
      button.addEventListener('click', () => onChoice(choice));
      this.#buttons.set(choice, button);
      group.append(button);
    }
    this.element = h('div', { class: 'switch' }, h('span', { 'aria-hidden': 'true' }, label), group);
  }

  set(choice: T): void {
    for (const [other, button] of this.#buttons) button.setAttribute('aria-pressed', String(other === choice));
  }
}

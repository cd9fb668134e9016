/** The bar below the map while a zone is drawn, or its corners are moved: what to do, and the buttons for it. */
import { h, setText, show } from '../page/dom.js';

export interface BarActions {
  undo(): void;
  /** A corner in the middle of the map. */
  middle(): void;
  remove(): void;
  done(): void;
  cancel(): void;
}

export interface BarState {
  readonly tool: 'draw' | 'shape';
  readonly hint: string;
  readonly isFault: boolean;
  readonly canUndo: boolean;
  readonly canRemove: boolean;
  readonly canEnd: boolean;
}

export class ZoneBar {
  readonly element = h('section', { class: 'd-pen', hidden: true });
  readonly #hint = h('p', { role: 'status' });
  readonly #undo = h('button', { type: 'button', class: 'd-button' }, 'Undo');
  readonly #middle = h('button', { type: 'button', class: 'd-button' }, 'Corner in the middle');
  readonly #remove = h('button', { type: 'button', class: 'd-button' }, 'Remove corner');
  readonly #done = h('button', { type: 'button', class: 'd-button strong' }, 'Done');

  constructor(actions: BarActions) {
    const cancel = h('button', { type: 'button', class: 'd-button' }, 'Cancel');
    this.#undo.addEventListener('click', () => actions.undo());
    this.#middle.addEventListener('click', () => actions.middle());
    this.#remove.addEventListener('click', () => actions.remove());
    this.#done.addEventListener('click', () => actions.done());
    cancel.addEventListener('click', () => actions.cancel());
    this.element.append(this.#hint, h('div', { class: 'd-buttons' }, this.#undo, this.#middle, this.#remove, this.#done, cancel));
  }

  /** Undefined: nothing is drawn or moved. */
  draw(state: BarState | undefined): void {
    show(this.element, state !== undefined);
    document.body.classList.toggle('d-drawing', state !== undefined);
    document.body.classList.toggle('d-shaping', state?.tool === 'shape');
    if (!state) return;
    this.element.setAttribute('aria-label', state.tool === 'draw' ? 'Drawing a zone' : 'Changing a border');
    setText(this.#hint, state.hint);
    this.element.classList.toggle('fault', state.isFault);
    show(this.#middle, state.tool === 'draw');
    show(this.#remove, state.tool === 'shape');
    this.#undo.disabled = !state.canUndo;
    this.#remove.disabled = !state.canRemove;
    this.#done.disabled = !state.canEnd;
  }
}

/** The corners of a border as handles on the map: by pointer, touch and keyboard. Changes the shape, and tells that it did. */
import type { LngLat } from '../map/geo.js';
import { h } from '../page/dom.js';
import type { DispatchMap, Mark } from './dispatch-map.js';
import type { Corner, ZoneShape } from './zone-shape.js';

interface Handle {
  readonly element: HTMLButtonElement;
  readonly mark: Mark;
}

/** A press that moves less is a click, pixels. */
const dragFrom = 4;
/** How far an arrow key moves a corner, with Shift and without, pixels. */
const strides = { long: 24, short: 4 } as const;
/** An edge that is shorter on the screen shows no handle in its middle: it would lie on those of its corners, pixels. */
const middleFrom = 88;
const directions: Readonly<Record<string, readonly [x: number, y: number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class ZoneHandles {
  readonly #map: DispatchMap;
  readonly #shape: ZoneShape;
  readonly #onChange: () => void;
  /** By ring: a corner, the middle of the edge that begins there, the next corner, and so on. */
  #rings: Handle[][] = [];
  #held: Handle | undefined;
  /** The corner that was pressed or focused last. */
  #current: Handle | undefined;
  /** One that a click on the map puts in its place. */
  #taken: Handle | undefined;
  #drags = 0;
  /** The focus is set by this page: the map stays where it is. */
  #isQuiet = false;

  constructor(map: DispatchMap, shape: ZoneShape, onChange: () => void) {
    this.#map = map;
    this.#shape = shape;
    this.#onChange = onChange;
    this.#build();
  }

  get current(): Corner | undefined {
    return this.#current && this.#cornerOf(this.#current);
  }

  get takes(): boolean {
    return this.#taken !== undefined;
  }

  focus(corner: Corner): void {
    this.#focus(this.#rings[corner.ring]?.[corner.index * 2]);
  }

  /** The corner that was clicked goes there. */
  put({ lng, lat }: LngLat): void {
    const corner = this.#taken && this.#cornerOf(this.#taken);
    this.#taken = undefined;
    if (corner) this.#shape.move(corner, [lng, lat]);
    this.#changed();
  }

  removeCurrent(): void {
    const handle = this.#current;
    const corner = handle && this.#cornerOf(handle);
    if (!corner || !this.#shape.remove(corner)) return;
    const ring = this.#rings[corner.ring]!;
    for (const { mark } of ring.splice(corner.index * 2, 2)) mark.remove();
    this.#current = ring[(corner.index === 0 ? ring.length : corner.index * 2) - 2];
    this.#taken = undefined;
    this.#changed();
    this.#focus(this.#current);
  }

  /** The shape has changed under the handles: anew from it. */
  reset(): void {
    const before = this.current;
    const hadFocus = this.#rings.some((ring) => ring.some(({ element }) => element === document.activeElement));
    this.remove();
    this.#build();
    if (before && hadFocus) this.focus(before);
    this.#onChange();
  }

  remove(): void {
    for (const { mark } of this.#rings.flat()) mark.remove();
    this.#rings = [];
    this.#held = this.#current = this.#taken = undefined;
  }

  /** Where they stand, what they are called, and which middles there is room for. */
  place(): void {
    for (const [ring, handles] of this.#rings.entries()) {
      for (const [at, { element, mark }] of handles.entries()) {
        const corner = { ring, index: at >> 1 };
        const middle = at % 2 === 1;
        const place = middle ? this.#shape.middle(corner) : this.#shape.at(corner);
        if (!place) continue;
        mark.move({ lng: place[0], lat: place[1] });
        const name = this.#shape.nameOf(corner);
        element.setAttribute('aria-label', middle ? `New corner after ${name[0]!.toLowerCase()}${name.slice(1)}` : name);
        element.classList.toggle('middle', middle);
        if (middle) element.hidden = this.#held !== undefined || this.#lengthOf(corner) < middleFrom;
        else element.setAttribute('aria-pressed', String(this.#taken?.element === element));
        element.classList.toggle('current', this.#current?.element === element);
      }
    }
  }

  #build(): void {
    this.#rings = this.#shape.rings.map((ring) => ring.flatMap(([lng, lat]) => [this.#make({ lng, lat }), this.#make({ lng, lat })]));
    this.place();
  }

  #make(at: LngLat): Handle {
    const element = h('button', { type: 'button', class: 'd-corner' });
    const handle: Handle = { element, mark: this.#map.addMark(element, at, 'center') };
    element.addEventListener('pointerdown', (event) => this.#press(event, handle));
    element.addEventListener('keydown', (event) => this.#onKey(event, handle));
    element.addEventListener('focus', () => this.#focused(handle));
    element.addEventListener('click', (event) => {
      event.stopPropagation();
      this.#clicked(handle);
    });
    // The map below would take them for its own: it would move, zoom or choose.
    for (const kind of ['mousedown', 'touchstart', 'dblclick', 'contextmenu'] as const) element.addEventListener(kind, (event) => event.stopPropagation(), { passive: true });
    return handle;
  }

  #focus(handle: Handle | undefined): void {
    this.#isQuiet = true;
    handle?.element.focus({ preventScroll: true });
    this.#isQuiet = false;
  }

  #focused(handle: Handle): void {
    if (this.#isMiddle(handle)) return;
    this.#current = handle;
    const place = this.#placeOf(handle);
    if (place && !this.#isQuiet && handle.element.matches(':focus-visible')) this.#map.bring(place);
    this.#changed();
  }

  #press(event: PointerEvent, handle: Handle): void {
    if (event.button !== 0 || this.#held) return;
    // Else a press that becomes a drag would begin to select text, and a mouse's would be the map's as well.
    event.preventDefault();
    const { element } = handle;
    this.#focus(handle);
    element.setPointerCapture(event.pointerId);
    const [startX, startY] = [event.clientX, event.clientY];
    const box = element.getBoundingClientRect();
    const [offX, offY] = [startX - box.left - box.width / 2, startY - box.top - box.height / 2];
    const stroke = `drag ${this.#drags++}`;
    const over = new AbortController();
    const { signal } = over;
    element.addEventListener(
      'pointermove',
      ({ pointerId, clientX, clientY }) => {
        if (pointerId !== event.pointerId || (!this.#held && Math.hypot(clientX - startX, clientY - startY) < dragFrom)) return;
        const corner = this.#toCorner(handle, stroke);
        const to = this.#map.placeAt(clientX - offX, clientY - offY);
        if (!corner || !to) return;
        this.#held = handle;
        this.#taken = undefined;
        this.#shape.move(corner, [to.lng, to.lat], stroke);
        this.#changed();
      },
      { signal },
    );
    const end = ({ pointerId }: PointerEvent): void => {
      if (pointerId !== event.pointerId) return;
      over.abort();
      // The click that follows a drag is none.
      setTimeout(() => {
        this.#held = undefined;
        this.#changed();
      });
    };
    element.addEventListener('pointerup', end, { signal });
    element.addEventListener('pointercancel', end, { signal });
  }

  #clicked(handle: Handle): void {
    if (this.#held) return;
    if (this.#isMiddle(handle)) this.#toCorner(handle);
    else this.#taken = this.#taken === handle ? undefined : handle;
    this.#changed();
  }

  #onKey(event: KeyboardEvent, handle: Handle): void {
    const direction = directions[event.key];
    const isDelete = event.key === 'Delete' || event.key === 'Backspace';
    if (event.ctrlKey || event.metaKey || event.altKey || (!direction && !isDelete)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isDelete) {
      if (!this.#isMiddle(handle)) this.removeCurrent();
      return;
    }
    const corner = this.#toCorner(handle);
    const place = this.#placeOf(handle);
    const pixel = place && this.#map.pixel(place);
    if (!direction || !corner || !pixel) return;
    const stride = event.shiftKey ? strides.long : strides.short;
    const to = this.#map.placeAt(pixel.x + direction[0] * stride, pixel.y + direction[1] * stride);
    if (!to) return;
    this.#shape.move(corner, [to.lng, to.lat], `keys ${corner.ring} ${corner.index}`);
    this.#map.bring(to);
    this.#changed();
  }

  /** A middle becomes a corner, under the finger or the focus that it has, with a new middle on each side. Undefined: there are too many. */
  #toCorner(handle: Handle, stroke?: string): Corner | undefined {
    const corner = this.#cornerOf(handle);
    if (!corner || !this.#isMiddle(handle)) return corner;
    if (!this.#shape.split(corner, stroke)) return undefined;
    const ring = this.#rings[corner.ring]!;
    const at = { lng: 0, lat: 0 };
    const [before, after] = [this.#make(at), this.#make(at)];
    ring.splice(corner.index * 2 + 1, 1, before, handle, after);
    // The order of the Tab key is that of the ring.
    handle.element.before(before.element);
    handle.element.after(after.element);
    this.#current = handle;
    return this.#cornerOf(handle);
  }

  #changed(): void {
    this.place();
    this.#onChange();
  }

  #cornerOf(handle: Handle): Corner | undefined {
    for (const [ring, handles] of this.#rings.entries()) {
      const at = handles.indexOf(handle);
      if (at >= 0) return { ring, index: at >> 1 };
    }
    return undefined;
  }

  #isMiddle(handle: Handle): boolean {
    return this.#rings.some((handles) => handles.indexOf(handle) % 2 === 1);
  }

  #placeOf(handle: Handle): LngLat | undefined {
    const corner = this.#cornerOf(handle);
    const place = corner && (this.#isMiddle(handle) ? this.#shape.middle(corner) : this.#shape.at(corner));
    return place && { lng: place[0], lat: place[1] };
  }

  /** Of the edge that begins there, pixels. */
  #lengthOf(corner: Corner): number {
    const [from, to] = [this.#shape.at(corner), this.#shape.at({ ring: corner.ring, index: (corner.index + 1) % this.#shape.rings[corner.ring]!.length })];
    const [a, b] = [from && this.#map.pixel({ lng: from[0], lat: from[1] }), to && this.#map.pixel({ lng: to[0], lat: to[1] })];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  }
}

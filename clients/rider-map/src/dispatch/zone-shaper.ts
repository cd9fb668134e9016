/** The border of the zone in the form: as it was read or drawn, or being moved by its handles, kept or given up. */
import type { LngLat } from '../map/geo.js';
import type { DispatchMap } from './dispatch-map.js';
import type { BarState } from './zone-bar.js';
import { ZoneHandles } from './zone-handles.js';
import { cornersOf, lockOf, ZoneShape, type Polygons } from './zone-shape.js';
import { shapeWords } from './zone-words.js';

export class ZoneShaper {
  readonly #map: DispatchMap;
  readonly #onChange: () => void;
  /** What is to be saved; undefined: what Records has. */
  #shape: ZoneShape | undefined;
  /** While corners are moved; and the border to go back to. */
  #handles: ZoneHandles | undefined;
  #before: ZoneShape | undefined;

  constructor(map: DispatchMap, onChange: () => void) {
    this.#map = map;
    this.#onChange = onChange;
  }

  /** Corners are being moved. */
  get isOn(): boolean {
    return this.#handles !== undefined;
  }

  get shape(): ZoneShape | undefined {
    return this.#shape;
  }

  /** A border that was drawn; undefined: none. */
  set(polygons: Polygons | undefined): void {
    this.#handles?.remove();
    this.#handles = this.#before = undefined;
    this.#shape = polygons && new ZoneShape(polygons);
  }

  /** The corners become handles: of what was drawn or moved, else of what Records has. */
  begin(known: Polygons | undefined): void {
    const polygons = this.#shape?.polygons ?? known;
    if (!polygons || this.#handles) return;
    this.#before = this.#shape;
    this.#shape = new ZoneShape(polygons);
    this.#handles = new ZoneHandles(this.#map, this.#shape, this.#onChange);
  }

  /** `keep`: the border is as it was moved; else as it was before. */
  end(keep: boolean): void {
    this.#handles?.remove();
    this.#handles = undefined;
    if (!keep || !this.#shape?.changed) this.#shape = this.#before;
    this.#before = undefined;
  }

  focusFirst(): void {
    this.#handles?.focus({ ring: 0, index: 0 });
  }

  removeCorner(): void {
    this.#handles?.removeCurrent();
  }

  /** A click on the map: where the corner goes that was clicked before. */
  click(at: LngLat): void {
    if (this.#handles?.takes) this.#handles.put(at);
  }

  viewChanged(): void {
    this.#handles?.place();
  }

  undo(): boolean {
    if (!this.#handles || !this.#shape?.undo()) return false;
    this.#handles.reset();
    return true;
  }

  /** The map's cursor meanwhile; empty: its own. */
  get cursor(): string {
    return this.#handles?.takes ? 'crosshair' : this.#handles ? 'grab' : '';
  }

  get bar(): BarState | undefined {
    const [shape, handles] = [this.#shape, this.#handles];
    if (!shape || !handles) return undefined;
    const { crosses, canUndo } = shape;
    const hint = shapeWords({ crosses, takes: handles.takes, byFinger: matchMedia('(pointer: coarse)').matches });
    return { tool: 'shape', hint, isFault: crosses, canUndo, canRemove: handles.current !== undefined && shape.canRemove(handles.current), canEnd: true };
  }

  /** What the form says of the border, and whether its corners may be moved. */
  words(known: Polygons | undefined): readonly [words: string, canMove: boolean] {
    const polygons = this.#shape?.polygons ?? known ?? [];
    const lock = lockOf(polygons);
    if (this.#handles) return ['Its corners are on the map.', false];
    return [lock ?? `${cornersOf(polygons)} corners${known && this.#shape ? ', not saved yet' : ''}`, lock === undefined];
  }
}

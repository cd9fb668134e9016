/** A zone that is being drawn: its corners, undo, and when it may be closed. Pure. */
import { crossesItself, type Position } from './polygon.js';

/** The server takes 20,000; a hand needs far fewer. */
const cornersLimit = 500;

export class ZonePen {
  #corners: Position[] = [];
  #closed = false;
  /** Where the pointer is: the line follows it. */
  #pointer: Position | undefined;

  get corners(): readonly Position[] {
    return this.#corners;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Why it can't be closed as it is, or undefined if it can. */
  get fault(): string | undefined {
    if (this.#corners.length < 3) return `${3 - this.#corners.length} more ${this.#corners.length === 2 ? 'corner' : 'corners'}`;
    return crossesItself(this.#corners) ? 'The border crosses itself' : undefined;
  }

  add(corner: Position): void {
    if (!this.#closed && this.#corners.length < cornersLimit) this.#corners.push(corner);
  }

  point(at: Position | undefined): void {
    this.#pointer = at;
  }

  /** Takes back the closing, or the last corner. */
  undo(): void {
    if (this.#closed) this.#closed = false;
    else this.#corners.pop();
  }

  close(): boolean {
    if (this.fault !== undefined) return false;
    this.#closed = true;
    return true;
  }

  /** The ring, first corner again at the end. */
  get ring(): Position[] {
    const [first] = this.#corners;
    return first ? [...this.#corners, first] : [];
  }

  features(): GeoJSON.FeatureCollection {
    const features: GeoJSON.Feature[] = [];
    const open = this.#closed || !this.#pointer ? this.#corners : [...this.#corners, this.#pointer];
    const line = this.#closed ? this.ring : open;
    if (this.#corners.length > 2) features.push(feature('Polygon', [this.#closed ? this.ring : [...open, open[0]]]));
    if (line.length > 1) features.push(feature('LineString', line));
    this.#corners.forEach((corner, i) => features.push(feature('Point', corner, { first: i === 0 && !this.#closed && this.#corners.length > 2 })));
    return { type: 'FeatureCollection', features };
  }
}

function feature(type: 'Polygon' | 'LineString' | 'Point', coordinates: unknown, properties: GeoJSON.GeoJsonProperties = {}): GeoJSON.Feature {
  return { type: 'Feature', properties, geometry: { type, coordinates } as GeoJSON.Geometry };
}

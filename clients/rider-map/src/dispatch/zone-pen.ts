/** A zone that is being drawn: its corners, undo, and when it may be closed. Pure. */
import { crossesItself, type Position } from './polygon.js';
import { handlesLimit } from './zone-shape.js';

export class ZonePen {
  #corners: Position[] = [];
  /** Where the pointer is: the line follows it. */
  #pointer: Position | undefined;

  get corners(): readonly Position[] {
    return this.#corners;
  }

  /** Why it can't be closed as it is, or undefined if it can. */
  get fault(): string | undefined {
    if (this.#corners.length < 3) return `${3 - this.#corners.length} more ${this.#corners.length === 2 ? 'corner' : 'corners'}`;
    return crossesItself(this.#corners) ? 'The border crosses itself' : undefined;
  }

  add(corner: Position): void {
    if (this.#corners.length < handlesLimit) this.#corners.push(corner);
  }

  point(at: Position | undefined): void {
    this.#pointer = at;
  }

  undo(): void {
    this.#corners.pop();
  }

  /** The ring, first corner again at the end. */
  get ring(): Position[] {
    const [first] = this.#corners;
    return first ? [...this.#corners, first] : [];
  }

  features(): GeoJSON.FeatureCollection {
    const features: GeoJSON.Feature[] = [];
    const line = this.#pointer ? [...this.#corners, this.#pointer] : this.#corners;
    if (this.#corners.length > 2) features.push(feature('Polygon', [[...line, line[0]]]));
    if (line.length > 1) features.push(feature('LineString', line));
    this.#corners.forEach((corner, i) => features.push(feature('Point', corner, { first: i === 0 && this.#corners.length > 2 })));
    return { type: 'FeatureCollection', features };
  }
}

function feature(type: 'Polygon' | 'LineString' | 'Point', coordinates: unknown, properties: GeoJSON.GeoJsonProperties = {}): GeoJSON.Feature {
  return { type: 'Feature', properties, geometry: { type, coordinates } as GeoJSON.Geometry };
}

/** A zone whose border is being changed: its corners in all rings, moved, added, removed, and undone. Pure. */
import { rounded } from '../map/geo.js';
import { latOf, mercatorY } from '../map/mercator.js';
import { bordersCross, type Position } from './polygon.js';

/** Polygons of rings: the border, then holes; the first corner again at the end of each. */
export type Polygons = readonly (readonly (readonly Position[])[])[];
/** The same without the corner at the end. */
type Open = readonly (readonly (readonly Position[])[])[];

export interface Corner {
  /** Counted over all polygons. */
  readonly ring: number;
  readonly index: number;
}

/** More corners than a hand can move, each with a handle on the map. */
export const handlesLimit = 200;
/** A ring needs so many. */
const cornersLeast = 3;
/** Kept to go back to. */
const pastLimit = 100;

export function cornersOf(polygons: Polygons): number {
  return polygons.flat().reduce((sum, ring) => sum + ring.length - 1, 0);
}

/** Why the corners can't be moved here, in words; undefined: they can. */
export function lockOf(polygons: Polygons): string | undefined {
  const count = cornersOf(polygons);
  if (count > handlesLimit) return `This border has ${count} corners, too many to move by hand: its shape can’t be changed here.`;
  // The server keeps it cut in two there, and the halves would come apart.
  if (polygons.some((rings) => rings.some((ring) => ring.some(([lng]) => Math.abs(lng) >= 180)))) return 'This zone lies across the date line: its shape can’t be changed here.';
  return undefined;
}

export class ZoneShape {
  readonly #first: Open;
  #polygons: Open;
  #past: Open[] = [];
  /** What the last change was part of: a drag is one step back, not fifty. */
  #stroke: string | undefined;

  constructor(polygons: Polygons) {
    this.#first = polygons.map((rings) => rings.map((ring) => ring.slice(0, -1)));
    this.#polygons = this.#first;
  }

  get rings(): readonly (readonly Position[])[] {
    return this.#polygons.flat();
  }

  get polygons(): Polygons {
    return this.#polygons.map((rings) => rings.map((ring) => [...ring, ring[0]!]));
  }

  get count(): number {
    return this.rings.reduce((sum, ring) => sum + ring.length, 0);
  }

  get changed(): boolean {
    return this.#polygons !== this.#first;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  /** Whether a border crosses itself or another. */
  get crosses(): boolean {
    return bordersCross(this.rings);
  }

  at({ ring, index }: Corner): Position | undefined {
    return this.rings[ring]?.[index];
  }

  /** The middle of the edge from this corner to the next, as a straight line on the map has it. */
  middle({ ring, index }: Corner): Position | undefined {
    const corners = this.rings[ring];
    const [from, to] = [corners?.[index], corners?.[(index + 1) % corners.length]];
    return from && to && [rounded((from[0] + to[0]) / 2), rounded(latOf((mercatorY(from[1]) + mercatorY(to[1])) / 2))];
  }

  /** Changes with the same `stroke` that follow each other are undone together. */
  move(corner: Corner, [lng, lat]: Position, stroke?: string): void {
    const to: Position = [rounded(lng), rounded(Math.max(-85, Math.min(85, lat)))];
    this.#change(corner.ring, (ring) => ring.with(corner.index, to), stroke);
  }

  /** A corner in the middle of the edge that begins at this one; false: there are as many as can be. */
  split(corner: Corner, stroke?: string): boolean {
    const middle = this.middle(corner);
    if (!middle || this.count >= handlesLimit) return false;
    this.#change(corner.ring, (ring) => ring.toSpliced(corner.index + 1, 0, middle), stroke);
    return true;
  }

  canRemove({ ring }: Corner): boolean {
    return (this.rings[ring]?.length ?? 0) > cornersLeast;
  }

  /** False: the ring needs it. */
  remove(corner: Corner): boolean {
    if (!this.canRemove(corner) || !this.at(corner)) return false;
    this.#change(corner.ring, (ring) => ring.toSpliced(corner.index, 1), undefined);
    return true;
  }

  undo(): boolean {
    const before = this.#past.pop();
    if (!before) return false;
    this.#polygons = before;
    this.#stroke = undefined;
    return true;
  }

  /** "Corner 2 of 5", and of which ring where there are several. */
  nameOf({ ring, index }: Corner): string {
    return `Corner ${index + 1} of ${this.rings[ring]?.length ?? 0}${this.#nameOfRing(ring)}`;
  }

  features(): GeoJSON.FeatureCollection {
    const crosses = this.crosses;
    const features = this.polygons.map((rings): GeoJSON.Feature => ({
      type: 'Feature',
      properties: { chosen: true, crosses },
      geometry: { type: 'Polygon', coordinates: rings as unknown as GeoJSON.Position[][] },
    }));
    return { type: 'FeatureCollection', features };
  }

  #nameOfRing(ring: number): string {
    if (this.rings.length === 1) return '';
    let before = 0;
    for (const [part, rings] of this.#polygons.entries()) {
      const hole = ring - before;
      before += rings.length;
      if (hole >= rings.length) continue;
      const ofPart = this.#polygons.length > 1 ? `part ${part + 1}` : '';
      if (hole === 0) return ofPart === '' ? ', outer border' : `, ${ofPart}`;
      return `, hole${rings.length > 2 ? ` ${hole}` : ''}${ofPart === '' ? '' : ` in ${ofPart}`}`;
    }
    return '';
  }

  #change(ring: number, make: (ring: readonly Position[]) => readonly Position[], stroke: string | undefined): void {
    if (stroke === undefined || stroke !== this.#stroke) {
      this.#past.push(this.#polygons);
      if (this.#past.length > pastLimit) this.#past.shift();
    }
    this.#stroke = stroke;
    let number = 0;
    this.#polygons = this.#polygons.map((rings) => rings.map((corners) => (number++ === ring ? make(corners) : corners)));
  }
}

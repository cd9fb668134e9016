/** Makes a small PMTiles archive of the demo's town in the Protomaps basemap schema, as far as the base map reads it. */
import { createHash } from 'node:crypto';

type Point = readonly [x: number, y: number];
type Value = string | boolean;

interface Feature {
  readonly geometry: { readonly type: string; readonly coordinates: unknown };
  readonly properties: Readonly<Record<string, unknown>>;
}

interface LayerFeature {
  readonly type: 1 | 2 | 3;
  readonly lines: readonly (readonly Point[])[];
  readonly tags: Readonly<Record<string, Value>>;
}

const extent = 4096;
const buffer = 96;
const zooms = [11, 12, 13, 14];

class Bytes {
  readonly #bytes: number[] = [];

  varint(value: number): this {
    let left = value;
    while (left >= 0x80) {
      this.#bytes.push((left % 0x80) | 0x80);
      left = Math.floor(left / 0x80);
    }
    this.#bytes.push(left);
    return this;
  }

  field(number: number, content: Uint8Array): this {
    this.varint(number * 8 + 2).varint(content.length);
    for (const byte of content) this.#bytes.push(byte);
    return this;
  }

  number(number: number, value: number): this {
    return this.varint(number * 8).varint(value);
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A layer of a Mapbox vector tile. */
function layer(name: string, features: readonly LayerFeature[]): Uint8Array {
  const keys: string[] = [];
  const values: Value[] = [];
  const index = <T>(list: T[], item: T): number => (list.includes(item) ? list.indexOf(item) : list.push(item) - 1);
  const out = new Bytes().number(15, 2).field(1, text(name));
  for (const { type, lines, tags } of features) {
    const packedTags = new Bytes();
    for (const [key, value] of Object.entries(tags)) packedTags.varint(index(keys, key)).varint(index(values, value));
    out.field(2, new Bytes().field(2, packedTags.done()).number(3, type).field(4, commands(type, lines)).done());
  }
  for (const key of keys) out.field(3, text(key));
  for (const value of values) out.field(4, typeof value === 'string' ? new Bytes().field(1, text(value)).done() : new Bytes().number(7, value ? 1 : 0).done());
  return out.number(5, extent).done();
}

function commands(type: 1 | 2 | 3, lines: readonly (readonly Point[])[]): Uint8Array {
  const out = new Bytes();
  const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
  let [x, y] = [0, 0];
  for (const line of lines) {
    // A ring is closed by its last command, not by its first point again.
    const points = type === 3 ? line.slice(0, -1) : line;
    points.forEach(([px, py], i) => {
      if (i === 0) out.varint(1 * 1 + 8);
      if (i === 1) out.varint(2 + 8 * (points.length - 1));
      out.varint(zigzag(px - x)).varint(zigzag(py - y));
      [x, y] = [px, py];
    });
    if (type === 3) out.varint(7 + 8);
  }
  return out.done();
}

/** What of a ring lies in a box (Sutherland and Hodgman). */
function clipRing(ring: readonly Point[]): Point[] {
  const [low, high] = [-buffer, extent + buffer];
  let points: readonly Point[] = ring.slice(0, -1);
  for (const [axis, limit, sign] of [[0, low, 1], [0, high, -1], [1, low, 1], [1, high, -1]] as const) {
    const inside = (point: Point): boolean => sign * (point[axis] - limit) >= 0;
    const next: Point[] = [];
    points.forEach((to, i) => {
      const from = points[(i + points.length - 1) % points.length]!;
      if (inside(from) !== inside(to)) {
        const share = (limit - from[axis]) / (to[axis] - from[axis]);
        next.push([Math.round(from[0] + (to[0] - from[0]) * share), Math.round(from[1] + (to[1] - from[1]) * share)]);
      }
      if (inside(to)) next.push(to);
    });
    points = next;
  }
  return points.length < 3 ? [] : [...points, points[0]!];
}

/** The parts of a line whose ends are near the tile. */
function clipLine(line: readonly Point[]): Point[][] {
  const near = ([x, y]: Point): boolean => x > -extent && y > -extent && x < 2 * extent && y < 2 * extent;
  const parts: Point[][] = [];
  let part: Point[] = [];
  for (const point of line) {
    if (near(point)) part.push(point);
    else {
      if (part.length > 1) parts.push(part);
      part = [];
    }
  }
  if (part.length > 1) parts.push(part);
  return parts;
}

function worldOf([lng, lat]: Point): Point {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [lng / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

function tile(features: readonly Feature[], z: number, tx: number, ty: number): Uint8Array {
  const place = (at: Point): Point => {
    const [x, y] = worldOf(at);
    return [Math.round((x * 2 ** z - tx) * extent), Math.round((y * 2 ** z - ty) * extent)];
  };
  const layers: Record<string, LayerFeature[]> = { earth: [], landuse: [], water: [], roads: [], places: [] };
  for (const { geometry, properties } of features) {
    const { kind, highway, road, name } = properties as Record<string, string | undefined>;
    const named = name === undefined ? {} : { name };
    const cls = highway ?? road;
    if (geometry.type === 'Polygon') {
      // Tiles count downwards: an outer ring turns the other way than in GeoJSON.
      const ring = clipRing((geometry.coordinates as Point[][])[0]!.map(place));
      const into = kind === 'land' ? 'earth' : kind === 'park' ? 'landuse' : 'water';
      if (ring.length > 0) layers[into]!.push({ type: 3, lines: [ring], tags: { kind: kind === 'land' ? 'earth' : kind!, ...named } });
    } else if (geometry.type === 'LineString' && cls) {
      const isLink = cls.endsWith('_link');
      const tags = {
        kind: cls.startsWith('motorway') ? 'highway' : cls === 'residential' ? 'minor_road' : 'major_road',
        kind_detail: cls.replace('_link', ''),
        ...(isLink ? { is_link: true } : {}),
        ...(kind === 'bridge' ? { is_bridge: true } : {}),
        ...(properties['oneway'] === true ? { oneway: 'yes' } : {}),
        ...named,
      };
      const lines = clipLine((geometry.coordinates as Point[]).map(place));
      if (lines.length > 0) layers['roads']!.push({ type: 2, lines, tags });
    } else if (geometry.type === 'Point' && kind === 'area') {
      const at = place(geometry.coordinates as Point);
      if (at.every((one) => one >= 0 && one < extent)) layers['places']!.push({ type: 1, lines: [[at]], tags: { kind: 'neighbourhood', ...named } });
    }
  }
  const out = new Bytes();
  for (const [name, found] of Object.entries(layers)) if (found.length > 0) out.field(3, layer(name, found));
  return out.done();
}

/** A tile's number along the Hilbert curve of all zooms, as PMTiles counts. */
function tileId(z: number, x: number, y: number): number {
  let id = (4 ** z - 1) / 3;
  let [px, py] = [x, y];
  for (let s = 2 ** (z - 1); s >= 1; s /= 2) {
    const rx = (px & s) > 0 ? 1 : 0;
    const ry = (py & s) > 0 ? 1 : 0;
    id += s * s * ((3 * rx) ^ ry);
    if (ry === 0) {
      if (rx === 1) [px, py] = [s - 1 - px, s - 1 - py];
      [px, py] = [py, px];
    }
    px &= s - 1;
    py &= s - 1;
  }
  return id;
}

/** The archive, version 3, nothing in it compressed. */
export function townArchive(town: { readonly features: readonly Feature[] }, center: Point, attribution: string): Buffer {
  const tiles = zooms
    .flatMap((z) => {
      const [cx, cy] = worldOf(center).map((one) => Math.floor(one * 2 ** z)) as [number, number];
      const reach = z === 14 ? 3 : 2;
      const around = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
      return around.flatMap((dx) => around.map((dy) => ({ id: tileId(z, cx + dx, cy + dy), data: tile(town.features, z, cx + dx, cy + dy) })));
    })
    .filter(({ data }) => data.length > 0)
    .sort((a, b) => a.id - b.id);
  const directory = new Bytes().varint(tiles.length);
  tiles.forEach(({ id }, i) => directory.varint(id - (tiles[i - 1]?.id ?? 0)));
  tiles.forEach(() => directory.varint(1));
  tiles.forEach(({ data }) => directory.varint(data.length));
  tiles.forEach((_, i) => directory.varint(i === 0 ? 1 : 0));
  const root = directory.done();
  const metadata = text(JSON.stringify({ name: 'town', attribution, vector_layers: ['earth', 'landuse', 'water', 'roads', 'places'].map((id) => ({ id, fields: {} })) }));
  const data = Buffer.concat(tiles.map((one) => one.data));
  const header = Buffer.alloc(127);
  header.write('PMTiles', 0, 'ascii');
  header[7] = 3;
  const dataAt = 127 + root.length + metadata.length;
  [127, root.length, 127 + root.length, metadata.length, dataAt, 0, dataAt, data.length, tiles.length, tiles.length, tiles.length].forEach((value, i) =>
    header.writeBigUInt64LE(BigInt(value), 8 + 8 * i),
  );
  header.set([1, 1, 1, 1, zooms[0]!, zooms.at(-1)!], 96);
  [center[0] - 0.2, center[1] - 0.2, center[0] + 0.2, center[1] + 0.2].forEach((degrees, i) => header.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * i));
  header[118] = 13;
  center.forEach((degrees, i) => header.writeInt32LE(Math.round(degrees * 1e7), 119 + 4 * i));
  return Buffer.concat([header, root, metadata, data]);
}

export const tagOf = (bytes: Buffer): string => `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;

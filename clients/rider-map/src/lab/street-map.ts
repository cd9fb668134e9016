/** A small piece of the town on a canvas, once for all columns: streets without MapLibre, and a camera that stays put until the car leaves. */
import { begin } from './draw.js';
import { distanceMeters, lngScale, type LngLat } from '../map/geo.js';
import type { MapColors } from '../map/theme.js';

export const metersPerPixel = 0.9;
const metersPerDegree = 111_320;
/** The camera moves once the car is out of the inner part of the picture, and takes so long for it, milliseconds. */
const innerShare = 0.6;
const moveMs = 600;

type Ring = readonly (readonly number[])[];

interface Shape {
  readonly box: readonly [west: number, south: number, east: number, north: number];
  readonly points: Ring;
  readonly kind: string;
  readonly name: string | undefined;
}

/** Width in pixels at this scale, and which colours: broad streets last, on top. */
const classes: readonly { readonly of: readonly string[]; readonly width: number; readonly colors: (colors: MapColors) => readonly [string, string] }[] = [
  { of: ['pedestrian', 'footway', 'path', 'steps', 'cycleway'], width: 4, colors: (colors) => [colors.path, colors.pathCasing] },
  { of: ['residential', 'living_street', 'unclassified', 'service', 'road'], width: 12, colors: (colors) => colors.minor },
  { of: ['tertiary', 'tertiary_link', 'secondary_link', 'primary_link', 'trunk_link'], width: 15, colors: (colors) => colors.tertiary },
  { of: ['secondary'], width: 18, colors: (colors) => colors.secondary },
  { of: ['primary', 'trunk'], width: 20, colors: (colors) => colors.primary },
  { of: ['motorway', 'motorway_link'], width: 20, colors: (colors) => colors.motorway },
];

/** A street that bends by less than this still carries its name in one straight line. */
const bendRadians = 0.22;

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export class StreetMap {
  readonly #ground = document.createElement('canvas');
  readonly #names = document.createElement('canvas');
  #areas: Shape[] = [];
  #streets: Shape[] = [];
  #center: LngLat | undefined;
  #from: LngLat | undefined;
  #to: LngLat | undefined;
  #movedAtMs = 0;
  #drawn = '';

  /** The town's GeoJSON. */
  setTown(town: GeoJSON.FeatureCollection): void {
    this.#areas = [];
    this.#streets = [];
    for (const { geometry, properties } of town.features) {
      const text = (name: string): string | undefined => (typeof properties?.[name] === 'string' ? properties[name] : undefined);
      const highway = text('highway');
      const kind = text('kind');
      if (geometry.type === 'LineString' && highway) this.#streets.push(shape(geometry.coordinates, highway, text('name')));
      else if (geometry.type === 'Polygon' && kind) this.#areas.push(...geometry.coordinates.map((ring) => shape(ring, kind, undefined)));
      else if (geometry.type === 'MultiPolygon' && kind)
        this.#areas.push(...geometry.coordinates.flat().map((ring) => shape(ring, kind, undefined)));
    }
    this.#drawn = '';
  }

  /** Draws anew at the next look: the theme changed. */
  forget(): void {
    this.#drawn = '';
  }

  /** Keeps the car in the picture. */
  follow(car: LngLat, heading: number | undefined, size: { readonly width: number; readonly height: number }, nowMs: number, glide: boolean): void {
    const { width, height } = size;
    const aim = this.#to ?? this.#center;
    const east = aim ? ((car.lng - aim.lng) * lngScale(car.lat)) / metersPerPixel : 0;
    const north = aim ? ((car.lat - aim.lat) * metersPerDegree) / metersPerPixel : 0;
    if (!aim || Math.abs(east) > (width * innerShare) / 2 || Math.abs(north) > (height * innerShare) / 2) {
      // More of the picture before the car than behind it.
      const radians = ((heading ?? 0) * Math.PI) / 180;
      const lead = heading === undefined ? 0 : 0.22 * metersPerPixel;
      const next = {
        lng: car.lng + (Math.sin(radians) * lead * width) / lngScale(car.lat),
        lat: car.lat + (Math.cos(radians) * lead * height) / metersPerDegree,
      };
      const near = this.#center && distanceMeters(this.#center, next) < 2 * width * metersPerPixel;
      this.#from = glide && near ? this.#center : undefined;
      this.#to = next;
      this.#movedAtMs = nowMs;
      if (!this.#from) this.#center = next;
    }
    if (this.#from && this.#to) {
      const share = Math.min(1, (nowMs - this.#movedAtMs) / moveMs);
      const eased = share * share * (3 - 2 * share);
      this.#center = {
        lng: this.#from.lng + (this.#to.lng - this.#from.lng) * eased,
        lat: this.#from.lat + (this.#to.lat - this.#from.lat) * eased,
      };
      if (share === 1) this.#from = undefined;
    }
  }

  /** Where a place is in a picture of this size. */
  spot(place: LngLat, width: number, height: number): Spot {
    const center = this.#center ?? place;
    return {
      x: width / 2 + ((place.lng - center.lng) * lngScale(center.lat)) / metersPerPixel,
      y: height / 2 - ((place.lat - center.lat) * metersPerDegree) / metersPerPixel,
    };
  }

  /** Draws the ground, the way behind the car, and the names over both. */
  draw(canvas: HTMLCanvasElement, trail: readonly LngLat[], colors: MapColors): void {
    const drawing = begin(canvas);
    if (!drawing) return;
    const { context, width, height } = drawing;
    if (!this.#center) {
      context.fillStyle = colors.land;
      context.fillRect(0, 0, width, height);
      return;
    }
    this.#prepare(canvas, width, height, colors);
    context.drawImage(this.#ground, 0, 0, width, height);
    context.strokeStyle = colors.behind;
    context.lineWidth = 6;
    context.lineCap = context.lineJoin = 'round';
    context.beginPath();
    for (const place of trail) {
      const { x, y } = this.spot(place, width, height);
      context.lineTo(x, y);
    }
    context.stroke();
    context.drawImage(this.#names, 0, 0, width, height);
  }

  /** Columns of one size share what was drawn. */
  #prepare(canvas: HTMLCanvasElement, width: number, height: number, colors: MapColors): void {
    const center = this.#center!;
    const key = `${canvas.width} ${canvas.height} ${center.lng} ${center.lat}`;
    if (key === this.#drawn) return;
    this.#drawn = key;
    for (const layer of [this.#ground, this.#names]) {
      layer.width = canvas.width;
      layer.height = canvas.height;
    }
    const ground = this.#ground.getContext('2d')!;
    const names = this.#names.getContext('2d')!;
    for (const context of [ground, names]) context.setTransform(canvas.width / width, 0, 0, canvas.height / height, 0, 0);
    const margin = 40 * metersPerPixel;
    const halfLng = ((width / 2) * metersPerPixel + margin) / lngScale(center.lat);
    const halfLat = ((height / 2) * metersPerPixel + margin) / metersPerDegree;
    const inView = ({ box }: Shape): boolean =>
      box[0] < center.lng + halfLng && box[2] > center.lng - halfLng && box[1] < center.lat + halfLat && box[3] > center.lat - halfLat;
    const trace = (context: CanvasRenderingContext2D, points: Ring): void => {
      context.beginPath();
      for (const [lng, lat] of points) {
        const { x, y } = this.spot({ lng: lng!, lat: lat! }, width, height);
        context.lineTo(x, y);
      }
    };

    const hasLand = this.#areas.some((area) => area.kind === 'land');
    ground.fillStyle = hasLand ? colors.water : colors.land;
    ground.fillRect(0, 0, width, height);
    for (const [kind, color] of [['land', colors.land], ['park', colors.park], ['water', colors.water]] as const) {
      ground.fillStyle = color;
      for (const area of this.#areas) {
        if (area.kind !== kind || !inView(area)) continue;
        trace(ground, area.points);
        ground.fill();
      }
    }
    const streets = this.#streets.filter(inView);
    ground.lineCap = ground.lineJoin = 'round';
    for (const casing of [true, false]) {
      for (const class_ of classes) {
        const [fill, edge] = class_.colors(colors);
        ground.strokeStyle = casing ? edge : fill;
        ground.lineWidth = class_.width + (casing ? 2 : 0);
        for (const street of streets) {
          if (!class_.of.includes(street.kind)) continue;
          trace(ground, street.points);
          ground.stroke();
        }
      }
    }
    this.#writeNames(names, streets, width, height, colors);
  }

  /** Each street's name once, along its longest piece in view that is nearly straight. */
  #writeNames(context: CanvasRenderingContext2D, streets: readonly Shape[], width: number, height: number, colors: MapColors): void {
    context.font = '500 12px "Figtree Variable", system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    const best = new Map<string, { length: number; x: number; y: number; angle: number }>();
    for (const { name, points } of streets) {
      if (name === undefined) continue;
      const line = points.map(([lng, lat]) => this.spot({ lng: lng!, lat: lat! }, width, height));
      for (const [from, to] of straightPieces(line, width, height)) {
        const length = Math.hypot(to.x - from.x, to.y - from.y);
        if (length <= (best.get(name)?.length ?? 0)) continue;
        let angle = Math.atan2(to.y - from.y, to.x - from.x);
        if (angle > Math.PI / 2 || angle <= -Math.PI / 2) angle += Math.PI;
        best.set(name, { length, x: (from.x + to.x) / 2, y: (from.y + to.y) / 2, angle });
      }
    }
    const placed: Spot[] = [];
    for (const [name, { length, x, y, angle }] of [...best].sort((a, b) => b[1].length - a[1].length)) {
      const wide = context.measureText(name).width;
      if (length < wide + 8 || placed.some((other) => Math.hypot(other.x - x, other.y - y) < wide / 2 + 26)) continue;
      placed.push({ x, y });
      context.save();
      context.translate(x, y);
      context.rotate(angle);
      context.strokeStyle = colors.halo;
      context.lineWidth = 3;
      context.strokeText(name, 0, 0);
      context.fillStyle = colors.street;
      context.fillText(name, 0, 0);
      context.restore();
    }
  }
}

function shape(points: Ring, kind: string, name: string | undefined): Shape {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lng, lat] of points) {
    west = Math.min(west, lng!);
    east = Math.max(east, lng!);
    south = Math.min(south, lat!);
    north = Math.max(north, lat!);
  }
  return { box: [west, south, east, north], points, kind, name };
}

/** A line's pieces in the picture, each from end to end, cut where it bends by more than a name can follow. */
export function straightPieces(line: readonly Spot[], width: number, height: number): (readonly [Spot, Spot])[] {
  const pieces: (readonly [Spot, Spot])[] = [];
  let run: { from: Spot; to: Spot; angle: number } | undefined;
  const close = (): void => {
    if (run) pieces.push([run.from, run.to]);
    run = undefined;
  };
  for (let i = 1; i < line.length; i++) {
    const piece = clip(line[i - 1]!, line[i]!, width, height);
    if (!piece) {
      close();
      continue;
    }
    const [from, to] = piece;
    const angle = Math.atan2(to.y - from.y, to.x - from.x);
    if (run && Math.abs(Math.atan2(Math.sin(angle - run.angle), Math.cos(angle - run.angle))) < bendRadians) run.to = to;
    else {
      close();
      run = { from, to, angle };
    }
  }
  close();
  return pieces;
}

/** The part of a line that lies in the picture (Liang and Barsky). */
export function clip(a: Spot, b: Spot, width: number, height: number): readonly [Spot, Spot] | undefined {
  let [enter, leave] = [0, 1];
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  for (const [run, room] of [[-dx, a.x], [dx, width - a.x], [-dy, a.y], [dy, height - a.y]] as const) {
    if (run === 0) {
      if (room < 0) return undefined;
    } else if (run < 0) enter = Math.max(enter, room / run);
    else leave = Math.min(leave, room / run);
  }
  if (enter >= leave) return undefined;
  return [
    { x: a.x + dx * enter, y: a.y + dy * enter },
    { x: a.x + dx * leave, y: a.y + dy * leave },
  ];
}

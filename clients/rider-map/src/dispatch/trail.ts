/** Where one car was over the last half hour, how fast, and where at a given moment. Pure. */
import { bearingDegrees, distanceMeters, type LngLat } from '../map/geo.js';

/** How far back a trail goes, milliseconds. */
export const trailMs = 30 * 60_000;
/** After so long without a fix the way between is not known, milliseconds. */
const gapMs = 2 * 60_000;
/** No trail holds more fixes than this: five a second for half an hour, and some. */
const fixesLimit = 10_000;
/** A car slower than this does not turn, metres per second. */
const turningMps = 1;

export interface TrailFix extends LngLat {
  /** Unix milliseconds. */
  readonly time: number;
  /** Metres per second. */
  readonly speed: number;
  /** Degrees clockwise from north. */
  readonly heading: number | undefined;
}

export class Trail {
  #fixes: TrailFix[] = [];

  get fixes(): readonly TrailFix[] {
    return this.#fixes;
  }

  get lastMs(): number | undefined {
    return this.#fixes[this.#fixes.length - 1]?.time;
  }

  /** Adds what is later than what is there, and forgets what is older than half an hour. */
  add(collection: GeoJSON.FeatureCollection, nowMs: number): void {
    for (const fix of fixesOf(collection)) {
      const last = this.#fixes[this.#fixes.length - 1];
      if (last && fix.time <= last.time) continue;
      this.#fixes.push(complete(fix, last));
    }
    const first = this.#fixes.findIndex((fix) => fix.time >= nowMs - trailMs);
    const drop = Math.max(first < 0 ? this.#fixes.length : first, this.#fixes.length - fixesLimit);
    if (drop > 0) this.#fixes.splice(0, drop);
  }

  /** The lines between two moments; a gap begins a new one. */
  lines(fromMs: number, toMs: number): [number, number][][] {
    const lines: [number, number][][] = [];
    let last: TrailFix | undefined;
    for (const fix of this.#fixes) {
      if (fix.time > toMs) break;
      if (fix.time < fromMs) continue;
      if (!last || fix.time - last.time > gapMs) lines.push([]);
      lines[lines.length - 1]!.push([fix.lng, fix.lat]);
      last = fix;
    }
    const end = this.at(toMs);
    if (end && !end.unknown && lines.length > 0) lines[lines.length - 1]!.push([end.lng, end.lat]);
    return lines;
  }

  /** Where the car was; `unknown` in a gap, where it is the place before it. Undefined before the first fix. */
  at(ms: number): (TrailFix & { readonly unknown: boolean }) | undefined {
    let low = 0;
    let high = this.#fixes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#fixes[middle]!.time <= ms) low = middle + 1;
      else high = middle;
    }
    const a = this.#fixes[low - 1];
    const b = this.#fixes[low];
    if (!a) return undefined;
    if (!b) return { ...a, unknown: ms - a.time > gapMs };
    if (b.time - a.time > gapMs) return { ...a, unknown: true };
    const share = (ms - a.time) / (b.time - a.time);
    return {
      time: ms,
      lng: a.lng + (b.lng - a.lng) * share,
      lat: a.lat + (b.lat - a.lat) * share,
      speed: a.speed + (b.speed - a.speed) * share,
      heading: b.heading ?? a.heading,
      unknown: false,
    };
  }

  /** The mean speed in each of `count` equal parts of the time, metres per second; undefined where nothing is known. */
  speeds(fromMs: number, toMs: number, count: number): (number | undefined)[] {
    const step = (toMs - fromMs) / count;
    return Array.from({ length: count }, (_, i) => {
      const at = this.at(fromMs + (i + 0.5) * step);
      return at && !at.unknown ? at.speed : undefined;
    });
  }
}

interface Raw extends LngLat {
  readonly time: number;
  readonly speed: number | undefined;
  readonly heading: number | undefined;
}

/** The positions of all features, oldest first; where a line goes on in the next feature its first position is there twice. */
export function fixesOf(collection: GeoJSON.FeatureCollection): Raw[] {
  const fixes: Raw[] = [];
  for (const { geometry, properties } of collection.features) {
    const coordinates = geometry.type === 'LineString' ? geometry.coordinates : geometry.type === 'Point' ? [geometry.coordinates] : [];
    const column = (name: string): unknown[] => [properties?.[name] ?? []].flat();
    const times = column('coordTimes');
    const speeds = column('speed');
    const headings = column('heading');
    coordinates.forEach(([lng, lat], i) => {
      const time = times[i];
      if (typeof time !== 'number' || lng === undefined || lat === undefined) return;
      const [speed, heading] = [speeds[i], headings[i]].map((value) => (typeof value === 'number' ? value : undefined));
      fixes.push({ lng, lat, time, speed, heading });
    });
  }
  return fixes.sort((a, b) => a.time - b.time);
}

/** What a phone did not tell is reckoned from the fix before. */
function complete(fix: Raw, last: TrailFix | undefined): TrailFix {
  const near = last && fix.time - last.time <= gapMs ? last : undefined;
  const speed = fix.speed ?? (near ? Math.min(50, distanceMeters(near, fix) / ((fix.time - near.time) / 1000)) : 0);
  const heading = fix.heading ?? (near && speed > turningMps ? bearingDegrees(near, fix) : near?.heading);
  return { lng: fix.lng, lat: fix.lat, time: fix.time, speed, heading };
}

/** Distances and directions on the map, in metres and degrees; flat over the few kilometres that matter. Pure. */

export interface LngLat {
  readonly lng: number;
  readonly lat: number;
}

const metersPerDegree = 111_320;

export function lngScale(lat: number): number {
  return metersPerDegree * Math.cos((lat * Math.PI) / 180);
}

export function distanceMeters(a: LngLat, b: LngLat): number {
  return Math.hypot((b.lng - a.lng) * lngScale((a.lat + b.lat) / 2), (b.lat - a.lat) * metersPerDegree);
}

/** To a tenth of a metre: what a hand or a pretended car sets is no more exact. */
export function rounded(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6;
}

/** Degrees clockwise from north, 0 to 360. */
export function bearingDegrees(a: LngLat, b: LngLat): number {
  const east = (b.lng - a.lng) * lngScale((a.lat + b.lat) / 2);
  const north = (b.lat - a.lat) * metersPerDegree;
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
}

/** From one heading to another the short way, -180 to 180. */
export function turnDegrees(from: number, to: number): number {
  return ((((to - from) % 360) + 540) % 360) - 180;
}

export function along(a: LngLat, b: LngLat, share: number): LngLat {
  return { lng: a.lng + (b.lng - a.lng) * share, lat: a.lat + (b.lat - a.lat) * share };
}

/** The place that lies `meters` from `from` in a direction. */
export function ahead(from: LngLat, heading: number, meters: number): LngLat {
  const radians = (heading * Math.PI) / 180;
  return {
    lng: from.lng + (Math.sin(radians) * meters) / lngScale(from.lat),
    lat: from.lat + (Math.cos(radians) * meters) / metersPerDegree,
  };
}

export type Box = readonly [west: number, south: number, east: number, north: number];

/** A map's view, whose longitudes run on round the world, as a box within -180 to 180; west is greater than east across the antimeridian. */
export function boxOf(west: number, south: number, east: number, north: number): Box {
  if (east - west >= 360) return [-180, south, 180, north];
  const wrapped = (lng: number): number => (lng >= -180 && lng <= 180 ? lng : ((((lng + 180) % 360) + 360) % 360) - 180);
  return [wrapped(west), south, wrapped(east), north];
}

export interface OnLine {
  readonly point: LngLat;
  /** Metres from the start of the line to the point. */
  readonly atMeters: number;
  /** Metres from the line. */
  readonly offMeters: number;
  /** Index of the segment's first vertex. */
  readonly segment: number;
}

export function lengthMeters(line: readonly LngLat[]): number {
  let sum = 0;
  for (let i = 1; i < line.length; i++) sum += distanceMeters(line[i - 1]!, line[i]!);
  return sum;
}

/** The place on the line nearest to a point. The line has at least one vertex. */
export function nearestOnLine(line: readonly LngLat[], to: LngLat): OnLine {
  const first = line[0]!;
  let best: OnLine = { point: first, atMeters: 0, offMeters: distanceMeters(first, to), segment: 0 };
  let before = 0;
  const scale = lngScale(to.lat);
  for (let i = 1; i < line.length; i++) {
    const a = line[i - 1]!;
    const b = line[i]!;
    const ex = (b.lng - a.lng) * scale;
    const ny = (b.lat - a.lat) * metersPerDegree;
    const length = Math.hypot(ex, ny);
    const px = (to.lng - a.lng) * scale;
    const py = (to.lat - a.lat) * metersPerDegree;
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, (px * ex + py * ny) / (length * length)));
    const offMeters = Math.hypot(px - ex * share, py - ny * share);
    if (offMeters < best.offMeters) {
      best = { point: along(a, b, share), atMeters: before + length * share, offMeters, segment: i - 1 };
    }
    before += length;
  }
  return best;
}

/** The place so many metres along the line, and the direction of travel there; the end beyond the end. */
export function pointAlong(line: readonly LngLat[], meters: number): { point: LngLat; bearing: number | undefined } {
  let left = Math.max(0, meters);
  let bearing: number | undefined;
  for (let i = 1; i < line.length; i++) {
    const a = line[i - 1]!;
    const b = line[i]!;
    const length = distanceMeters(a, b);
    if (length > 0) bearing = bearingDegrees(a, b);
    if (left <= length && length > 0) return { point: along(a, b, left / length), bearing };
    left -= length;
  }
  return { point: line[line.length - 1]!, bearing };
}

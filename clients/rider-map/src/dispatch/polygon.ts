/** Polygons on the map: is a place inside, does a border cross itself, where is the top. Pure. */

export type Position = readonly [lng: number, lat: number];

/** Whether a place lies within a ring; the ring may be open or closed. */
function inRing(ring: readonly Position[], lng: number, lat: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[i]!;
    const [bx, by] = ring[j]!;
    if (ay > lat !== by > lat && lng < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Polygons with holes: inside the first ring of one of them and in none of its others. */
export function isInside(polygons: readonly (readonly (readonly Position[])[])[], lng: number, lat: number): boolean {
  return polygons.some(([border, ...holes]) => border !== undefined && inRing(border, lng, lat) && !holes.some((hole) => inRing(hole, lng, lat)));
}

/** Whether the closed ring of these corners cuts or touches itself. */
export function crossesItself(corners: readonly Position[]): boolean {
  return bordersCross([corners]);
}

/** Whether one of these open rings cuts or touches itself, or two of them cut each other; that they touch is for the server to judge. */
export function bordersCross(rings: readonly (readonly Position[])[]): boolean {
  const edges = rings.flatMap((corners, ring) => corners.map((from, i) => ({ ring, i, last: i === corners.length - 1, from, to: corners[(i + 1) % corners.length]! })));
  return edges.some((one, at) => {
    for (const other of edges.slice(at + 1)) {
      const isSame = one.ring === other.ring;
      const isNext = isSame && (other.i === one.i + 1 || (one.i === 0 && other.last));
      if (!isNext && cut(one.from, one.to, other.from, other.to, isSame)) return true;
    }
    return false;
  });
}

/** `touch`: whether it is enough that one ends on the other. */
function cut(a: Position, b: Position, c: Position, d: Position, touch: boolean): boolean {
  const side = (p: Position, q: Position, r: Position): number => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  const [ofC, ofD, ofA, ofB] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  return touch ? ofC !== ofD && ofA !== ofB : ofC * ofD < 0 && ofA * ofB < 0;
}

/** Where a label stands: the middle of the northernmost edge, or of the box's north where that is narrow. */
export function topOf(polygons: readonly (readonly (readonly Position[])[])[]): Position {
  let west = 180;
  let east = -180;
  let north = -90;
  for (const [border] of polygons) {
    for (const [lng, lat] of border ?? []) {
      west = Math.min(west, lng);
      east = Math.max(east, lng);
      north = Math.max(north, lat);
    }
  }
  return [(west + east) / 2, north];
}

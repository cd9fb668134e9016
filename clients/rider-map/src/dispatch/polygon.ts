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
  const count = corners.length;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const neighbours = j === i + 1 || (i === 0 && j === count - 1);
      if (!neighbours && cut(corners[i]!, corners[(i + 1) % count]!, corners[j]!, corners[(j + 1) % count]!)) return true;
    }
  }
  return false;
}

function cut(a: Position, b: Position, c: Position, d: Position): boolean {
  const side = (p: Position, q: Position, r: Position): number => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
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

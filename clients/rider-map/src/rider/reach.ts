/** Where a silent car can be by now: the streets within so many metres of its last place, one-ways kept. Pure. */
import { along, bearingDegrees, distanceMeters, lngScale, turnDegrees, type LngLat } from '../map/geo.js';

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly meters: number;
}

export interface ReachedStreet {
  readonly line: readonly [LngLat, LngLat];
  /** 0 at the car, 1 at the edge of what it can have reached. */
  readonly share: number;
}

/** A car goes at least and at most so fast, metres per second, and is looked for no farther than this, metres. */
const slowest = 4;
const fastest = 14;
export const farthestMeters = 1500;

export function reachMeters(lastSpeed: number | undefined, silentMs: number): number {
  const speed = Math.min(fastest, Math.max(slowest, lastSpeed ?? slowest));
  return Math.min(farthestMeters, Math.max(0, (speed * silentMs) / 1000));
}

/** Only these carry cars. */
const carless = new Set(['pedestrian', 'footway', 'path', 'steps', 'cycleway', 'bridleway', 'corridor']);

export class Streets {
  readonly #nodes: LngLat[] = [];
  readonly #out: Edge[][] = [];

  constructor(town: GeoJSON.FeatureCollection) {
    const known = new Map<string, number>();
    const node = (position: GeoJSON.Position): number => {
      const lng = position[0] ?? 0;
      const lat = position[1] ?? 0;
      const key = `${lng.toFixed(6)},${lat.toFixed(6)}`;
      let index = known.get(key);
      if (index === undefined) {
        index = this.#nodes.push({ lng, lat }) - 1;
        this.#out.push([]);
        known.set(key, index);
      }
      return index;
    };
    for (const { geometry, properties } of town.features) {
      const highway: unknown = properties?.['highway'];
      if (geometry.type !== 'LineString' || typeof highway !== 'string' || carless.has(highway)) continue;
      for (let i = 1; i < geometry.coordinates.length; i++) {
        const from = node(geometry.coordinates[i - 1]!);
        const to = node(geometry.coordinates[i]!);
        const meters = distanceMeters(this.#nodes[from]!, this.#nodes[to]!);
        if (meters === 0) continue;
        this.#out[from]!.push({ from, to, meters });
        if (properties?.['oneway'] !== true) this.#out[to]!.push({ from: to, to: from, meters });
      }
    }
  }

  /** Streets within `meters` of a car that was last at `start`, facing `heading` if that is known. */
  within(start: LngLat, heading: number | undefined, meters: number): ReachedStreet[] {
    const begin = this.#nearest(start, heading);
    if (!begin || meters <= 0) return [];
    const reached: ReachedStreet[] = [];
    const best = new Map<number, number>();
    const queue = new NearestFirst();
    for (const { edge, at } of begin) {
      const from = along(this.#nodes[edge.from]!, this.#nodes[edge.to]!, at);
      const left = edge.meters * (1 - at);
      this.#cover(reached, from, edge.to, 0, left, meters);
      if (left < meters) queue.add(left, edge.to);
    }
    for (let next = queue.take(); next; next = queue.take()) {
      if ((best.get(next.node) ?? Infinity) <= next.meters) continue;
      best.set(next.node, next.meters);
      for (const edge of this.#out[next.node]!) {
        this.#cover(reached, this.#nodes[next.node]!, edge.to, next.meters, edge.meters, meters);
        const at = next.meters + edge.meters;
        if (at < meters && at < (best.get(edge.to) ?? Infinity)) queue.add(at, edge.to);
      }
    }
    return reached;
  }

  /** The shortest way for a car, one-ways kept: from where it is to the street nearest to the goal. Empty where there is none. */
  way(start: LngLat, goal: LngLat): LngLat[] {
    const begin = this.#nearest(start, undefined, Infinity);
    const end = this.#nearest(goal, undefined, Infinity);
    if (!begin || !end) return [];
    for (const from of begin) {
      const to = end.find(({ edge, at }) => edge === from.edge && at >= from.at);
      if (to) return [start, along(this.#nodes[to.edge.from]!, this.#nodes[to.edge.to]!, to.at)];
    }
    const cameFrom = new Map<number, number>();
    const best = new Map<number, number>();
    const queue = new NearestFirst();
    const reach = (node: number, meters: number, from: number): void => {
      if (meters >= (best.get(node) ?? Infinity)) return;
      best.set(node, meters);
      cameFrom.set(node, from);
      queue.add(meters, node);
    };
    for (const { edge, at } of begin) reach(edge.to, edge.meters * (1 - at), -1);
    for (let next = queue.take(); next; next = queue.take()) {
      if (next.meters > best.get(next.node)!) continue;
      for (const edge of this.#out[next.node]!) reach(edge.to, next.meters + edge.meters, next.node);
    }
    const lengthBy = ({ edge, at }: { edge: Edge; at: number }): number => (best.get(edge.from) ?? Infinity) + edge.meters * at;
    const last = end.reduce((a, b) => (lengthBy(b) < lengthBy(a) ? b : a));
    if (lengthBy(last) === Infinity) return [];
    const way = [along(this.#nodes[last.edge.from]!, this.#nodes[last.edge.to]!, last.at)];
    for (let node = last.edge.from; node >= 0; node = cameFrom.get(node)!) way.unshift(this.#nodes[node]!);
    return [start, ...way];
  }

  #cover(reached: ReachedStreet[], from: LngLat, to: number, atMeters: number, length: number, limit: number): void {
    const part = Math.min(1, (limit - atMeters) / length);
    if (part <= 0) return;
    const end = along(from, this.#nodes[to]!, part);
    reached.push({ line: [from, end], share: Math.min(1, (atMeters + (length * part) / 2) / limit) });
  }

  /** The street under the car, in each direction that it can have taken. */
  #nearest(start: LngLat, heading: number | undefined, withinMeters = 80): { edge: Edge; at: number }[] | undefined {
    let best: { edge: Edge; at: number } | undefined;
    let bestMeters = withinMeters;
    const scale = lngScale(start.lat);
    for (const edges of this.#out) {
      for (const edge of edges) {
        const a = this.#nodes[edge.from]!;
        const b = this.#nodes[edge.to]!;
        if (heading !== undefined && Math.abs(turnDegrees(heading, bearingDegrees(a, b))) > 90) continue;
        const [ex, ny] = [(b.lng - a.lng) * scale, (b.lat - a.lat) * 111_320];
        const [px, py] = [(start.lng - a.lng) * scale, (start.lat - a.lat) * 111_320];
        const at = Math.min(1, Math.max(0, (px * ex + py * ny) / (ex * ex + ny * ny)));
        const off = Math.hypot(px - ex * at, py - ny * at);
        if (off < bestMeters) {
          bestMeters = off;
          best = { edge, at };
        }
      }
    }
    if (!best) return undefined;
    const { edge, at } = best;
    const back = heading === undefined ? this.#out[edge.to]!.find((other) => other.to === edge.from) : undefined;
    return back ? [best, { edge: back, at: 1 - at }] : [best];
  }
}

/** A binary heap of nodes by distance. */
class NearestFirst {
  readonly #heap: { meters: number; node: number }[] = [];

  add(meters: number, node: number): void {
    const heap = this.#heap;
    let i = heap.push({ meters, node }) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.meters <= heap[i]!.meters) break;
      [heap[parent], heap[i]] = [heap[i]!, heap[parent]!];
      i = parent;
    }
  }

  take(): { meters: number; node: number } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    heap[0] = last;
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && heap[child]!.meters < heap[least]!.meters) least = child;
      }
      if (least === i) return first;
      [heap[least], heap[i]] = [heap[i]!, heap[least]!];
      i = least;
    }
  }
}

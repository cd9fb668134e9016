/** All cars of the view in columns: where each was, is going and since when. Pure: time is what the caller says it is. */
import { turnDegrees } from '../map/geo.js';
import { busyBit, staleBit, type FleetDelta } from './fleet-message.js';

export type Kind = 'idle' | 'busy' | 'stale';

export const kinds: readonly Kind[] = ['idle', 'busy', 'stale'];

export interface Counts {
  readonly all: number;
  readonly idle: number;
  readonly busy: number;
  readonly stale: number;
}

/** A car takes this long from fix to fix at least and at most, milliseconds; by default as long as the fixes lie apart. */
const shortestGlideMs = 400;
const longestGlideMs = 4000;
/** Farther than this in one step is a jump, in Mercator units (some 400 m at 45°). */
const jump = 1.4e-5;

export class FleetTable {
  /** Slots in use and free; the columns may be longer. */
  length = 0;
  ids: (string | undefined)[] = [];
  fromX = new Float64Array(0);
  fromY = new Float64Array(0);
  toX = new Float64Array(0);
  toY = new Float64Array(0);
  fromHeading = new Float32Array(0);
  turn = new Float32Array(0);
  startMs = new Float64Array(0);
  glideMs = new Float32Array(0);
  speed = new Float32Array(0);
  time = new Float64Array(0);
  kind = new Uint8Array(0);
  /** 1: a car has this slot. */
  used = new Uint8Array(0);
  /** Changes with each delta that brings or takes a car. */
  membership = 0;
  readonly #slots = new Map<string, number>();
  #counts: Counts = { all: 0, idle: 0, busy: 0, stale: 0 };
  #glides: boolean;

  /** `glides`: false where motion is not wanted. */
  constructor(glides: boolean) {
    this.#glides = glides;
  }

  get counts(): Counts {
    return this.#counts;
  }

  slotOf(id: string): number | undefined {
    return this.#slots.get(id);
  }

  apply(delta: FleetDelta, nowMs: number): void {
    for (const slot of delta.gone) {
      this.#slots.delete(this.ids[slot] ?? '');
      this.ids[slot] = undefined;
      this.used[slot] = 0;
    }
    for (const [slot, id] of delta.added) {
      this.#reserve(slot + 1);
      this.ids[slot] = id;
      this.#slots.set(id, slot);
      this.startMs[slot] = -Infinity;
      this.time[slot] = 0;
      this.used[slot] = 2;
    }
    if (delta.gone.length > 0 || delta.added.length > 0) this.membership++;
    const { rows } = delta;
    for (let i = 0; i < rows.slots.length; i++) this.#move(rows, i, nowMs);
    this.#count();
  }

  /** 0 to 1: how much of its way to the newest fix a car has gone. */
  share(slot: number, nowMs: number): number {
    const share = (nowMs - this.startMs[slot]!) / this.glideMs[slot]!;
    return share >= 1 || Number.isNaN(share) ? 1 : Math.max(0, share);
  }

  x(slot: number, nowMs: number): number {
    return this.fromX[slot]! + (this.toX[slot]! - this.fromX[slot]!) * this.share(slot, nowMs);
  }

  y(slot: number, nowMs: number): number {
    return this.fromY[slot]! + (this.toY[slot]! - this.fromY[slot]!) * this.share(slot, nowMs);
  }

  /** Degrees; undefined while no direction is known. */
  heading(slot: number, nowMs: number): number | undefined {
    const heading = this.fromHeading[slot]! + this.turn[slot]! * Math.min(1, 2 * this.share(slot, nowMs));
    return Number.isNaN(heading) ? undefined : heading;
  }

  kindOf(slot: number): Kind {
    return kinds[kindIndex(this.kind[slot]!)]!;
  }

  isBusy(slot: number): boolean {
    return (this.kind[slot]! & busyBit) !== 0;
  }

  /** Until when some car is under way between two fixes. */
  get movingUntilMs(): number {
    return this.#movingUntilMs;
  }
  #movingUntilMs = -Infinity;

  #move(rows: FleetDelta['rows'], i: number, nowMs: number): void {
    const slot = rows.slots[i]!;
    const x = rows.x[i]!;
    const y = rows.y[i]!;
    const fresh = this.used[slot] === 2;
    this.used[slot] = 1;
    const sinceMs = rows.time[i]! - this.time[slot]!;
    const moved = x !== this.toX[slot] || y !== this.toY[slot];
    const heading = rows.heading[i]!;
    const shown = fresh ? NaN : (this.heading(slot, nowMs) ?? NaN);
    if (fresh || !this.#glides || Math.abs(x - this.toX[slot]!) + Math.abs(y - this.toY[slot]!) > jump) {
      this.fromX[slot] = this.toX[slot] = x;
      this.fromY[slot] = this.toY[slot] = y;
      this.startMs[slot] = -Infinity;
    } else if (moved) {
      this.fromX[slot] = this.x(slot, nowMs);
      this.fromY[slot] = this.y(slot, nowMs);
      this.toX[slot] = x;
      this.toY[slot] = y;
      this.startMs[slot] = nowMs;
      this.glideMs[slot] = Math.min(longestGlideMs, Math.max(shortestGlideMs, sinceMs * 1.1));
      this.#movingUntilMs = Math.max(this.#movingUntilMs, nowMs + this.glideMs[slot]!);
    }
    if (Number.isNaN(shown) || this.startMs[slot] === -Infinity || Number.isNaN(heading)) {
      this.fromHeading[slot] = heading;
      this.turn[slot] = 0;
    } else if (moved) {
      this.fromHeading[slot] = shown;
      this.turn[slot] = turnDegrees(shown, heading);
    }
    this.speed[slot] = rows.speed[i]!;
    this.time[slot] = rows.time[i]!;
    this.kind[slot] = rows.kind[i]!;
  }

  #count(): void {
    const by = [0, 0, 0];
    for (let slot = 0; slot < this.length; slot++) {
      if (this.used[slot] === 1) by[kindIndex(this.kind[slot]!)]!++;
    }
    const [idle, busy, stale] = by as [number, number, number];
    this.#counts = { all: idle + busy + stale, idle, busy, stale };
  }

  #reserve(length: number): void {
    this.length = Math.max(this.length, length);
    if (length <= this.used.length) return;
    const size = Math.max(256, 2 ** Math.ceil(Math.log2(length)));
    const grown = <T extends Float64Array | Float32Array | Uint8Array>(made: T, old: T): T => {
      made.set(old);
      return made;
    };
    this.fromX = grown(new Float64Array(size), this.fromX);
    this.fromY = grown(new Float64Array(size), this.fromY);
    this.toX = grown(new Float64Array(size), this.toX);
    this.toY = grown(new Float64Array(size), this.toY);
    this.fromHeading = grown(new Float32Array(size), this.fromHeading);
    this.turn = grown(new Float32Array(size), this.turn);
    this.startMs = grown(new Float64Array(size), this.startMs);
    this.glideMs = grown(new Float32Array(size), this.glideMs);
    this.speed = grown(new Float32Array(size), this.speed);
    this.time = grown(new Float64Array(size), this.time);
    this.kind = grown(new Uint8Array(size), this.kind);
    this.used = grown(new Uint8Array(size), this.used);
  }
}

/** 0 idle, 1 busy, 2 stale. */
export function kindIndex(bits: number): number {
  return bits & staleBit ? 2 : bits & busyBit;
}

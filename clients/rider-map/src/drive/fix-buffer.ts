/** Keeps every fix until the server has settled it, and says what to send next. Pure: knows no network, no clock, no storage. */
import type { DriverFix, Rejection } from './fix.js';

export interface BufferLimits {
  /** Fixes kept while they are not settled; when full, the oldest waiting one gives way. */
  readonly capacity: number;
  /** Fixes in one report, 1 to 500. */
  readonly reportFixes: number;
  /** Reports under way at once. */
  readonly reports: number;
  /** What was settled within this time is sent again when the hub changes, milliseconds. */
  readonly resendMs: number;
}

export const usualLimits: BufferLimits = { capacity: 10_000, reportFixes: 500, reports: 8, resendMs: 60_000 };

export interface SettledFix {
  readonly fix: DriverFix;
  readonly atMs: number;
}

interface Waiting {
  readonly fix: DriverFix;
  /** It was settled before, and is sent again because the hub may have lost it. */
  readonly again: boolean;
}

export interface Settlement {
  /** Those that the server took or knew. */
  readonly taken: readonly DriverFix[];
  readonly refused: readonly { readonly fix: DriverFix; readonly reason: string }[];
}

export class FixBuffer {
  readonly #limits: BufferLimits;
  #waiting: Waiting[] = [];
  /** By report number, in the order they were sent. */
  readonly #underWay = new Map<number, readonly Waiting[]>();
  #settled: SettledFix[] = [];
  #reports = 0;
  #newestFirst = false;
  #dropped = 0;

  constructor(limits: BufferLimits = usualLimits) {
    this.#limits = limits;
  }

  /** Fixes that the server has not settled yet. */
  get unsettled(): number {
    let count = this.#waiting.filter(({ again }) => !again).length;
    for (const report of this.#underWay.values()) count += report.filter(({ again }) => !again).length;
    return count;
  }

  /** Nothing waits and nothing is under way, repeats for another hub included. */
  get empty(): boolean {
    return this.#waiting.length === 0 && this.#underWay.size === 0;
  }

  /** Something is still to be sent again to another hub. */
  get repeats(): boolean {
    return [this.#waiting, ...this.#underWay.values()].flat().some(({ again }) => again);
  }

  get reportsUnderWay(): number {
    return this.#underWay.size;
  }

  /** Fixes that gave way because the buffer was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes over what an earlier page left. */
  restore(waiting: readonly DriverFix[], settled: readonly SettledFix[]): void {
    this.#settled = [...settled];
    this.#putBack(waiting.map((fix) => ({ fix, again: false })));
  }

  /** Says which fixes gave way. */
  add(fix: DriverFix): DriverFix[] {
    this.#waiting.push({ fix, again: false });
    return this.#makeRoom();
  }

  /** A new connection knows of no report: all that is under way waits again, and the newest fix goes first, so that the live view is right at once. */
  begin(): void {
    const back = [...this.#underWay.values()].flat();
    this.#underWay.clear();
    this.#reports = 0;
    this.#putBack(back);
    this.#newestFirst = this.#waiting.length > 1;
  }

  /** The next report: oldest first, but the newest fix alone right after `begin`. Undefined when nothing waits or enough is under way. */
  take(): readonly DriverFix[] | undefined {
    if (this.#waiting.length === 0 || this.#underWay.size >= this.#limits.reports) return undefined;
    const report = this.#newestFirst ? this.#waiting.splice(this.#newest(), 1) : this.#takeOldest();
    this.#newestFirst = false;
    this.#underWay.set(++this.#reports, report);
    return report.map(({ fix }) => fix);
  }

  /**
   * Settles all reports up to this number: what the server refused is not sent again, the rest is remembered for `resendMs`.
   * @throws RangeError when the server settles what was never sent, or no number of reports.
   */
  settle(upTo: number, rejected: readonly Rejection[], nowMs: number): Settlement {
    if (!(upTo <= this.#reports)) throw new RangeError(`Report ${upTo} of ${this.#reports} was settled.`);
    const taken: DriverFix[] = [];
    const refused: { fix: DriverFix; reason: string }[] = [];
    for (const [number, report] of this.#underWay) {
      if (number > upTo) break;
      this.#underWay.delete(number);
      report.forEach(({ fix }, index) => {
        const reason = rejected.find((one) => one.report === number && one.index === index)?.reason;
        if (reason === undefined) {
          taken.push(fix);
          this.#settled.push({ fix, atMs: nowMs });
        } else refused.push({ fix, reason });
      });
    }
    this.#forget(nowMs);
    return { taken, refused };
  }

  /** The hub is another one: what was settled of late waits again, before the rest. */
  sendSettledAgain(nowMs: number): void {
    this.#forget(nowMs);
    const again = this.#settled.map(({ fix }) => ({ fix, again: true }));
    this.#settled = [];
    this.#putBack(again);
  }

  #takeOldest(): Waiting[] {
    // Repeats travel apart from the rest, so that the server's counts say which is which.
    const again = this.#waiting[0]!.again;
    let count = 1;
    while (count < Math.min(this.#limits.reportFixes, this.#waiting.length) && this.#waiting[count]!.again === again) count++;
    return this.#waiting.splice(0, count);
  }

  #newest(): number {
    let newest = this.#waiting.length - 1;
    for (let i = newest - 1; i >= 0; i--) if (this.#waiting[i]!.fix.time > this.#waiting[newest]!.fix.time) newest = i;
    return newest;
  }

  #putBack(back: readonly Waiting[]): void {
    if (back.length === 0) return;
    this.#waiting = [...back, ...this.#waiting].sort((a, b) => a.fix.time - b.fix.time);
    this.#makeRoom();
  }

  #forget(nowMs: number): void {
    const { capacity, resendMs } = this.#limits;
    this.#settled = this.#settled.filter(({ atMs }) => nowMs - atMs <= resendMs).slice(-capacity);
  }

  #makeRoom(): DriverFix[] {
    let underWay = 0;
    for (const report of this.#underWay.values()) underWay += report.length;
    const gone: DriverFix[] = [];
    while (this.#waiting.length > 0 && this.#waiting.length + underWay > this.#limits.capacity) {
      const first = this.#waiting.shift()!;
      if (first.again) continue;
      this.#dropped++;
      gone.push(first.fix);
    }
    return gone;
  }
}

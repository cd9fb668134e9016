/** The lab's clock: milliseconds of running time. It stands still while the lab is paused. Pure. */
export class LabClock {
  readonly #now: () => number;
  #ranMs = 0;
  #startedMs: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  get running(): boolean {
    return this.#startedMs !== undefined;
  }

  get nowMs(): number {
    return this.#ranMs + (this.#startedMs === undefined ? 0 : this.#now() - this.#startedMs);
  }

  start(): void {
    this.#startedMs ??= this.#now();
  }

  stop(): void {
    this.#ranMs = this.nowMs;
    this.#startedMs = undefined;
  }

  reset(): void {
    this.#ranMs = 0;
    if (this.#startedMs !== undefined) this.#startedMs = this.#now();
  }
}

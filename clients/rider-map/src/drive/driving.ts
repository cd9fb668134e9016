/** One driver at the wheel of this page: receiver, buffer, store, connection and duty put together. Knows no elements. */
import { Duty, type DutyAnswer } from './duty.js';
import { DriverLink, type LinkState } from './driver-link.js';
import { FixBuffer, usualLimits } from './fix-buffer.js';
import { FixStore } from './fix-store.js';
import type { DriverFix, DriverTrip } from './fix.js';
import type { FixSource, GpsEvents, GpsTrouble } from './gps.js';

export interface DrivingOptions {
  readonly server: string;
  readonly driver: string;
  readonly getToken: (refused: boolean) => Promise<string>;
  readonly source: (events: GpsEvents) => FixSource;
  readonly onFix: (fix: DriverFix) => void;
  /** Something else is to be drawn. */
  readonly onChange: () => void;
}

export class Driving {
  readonly buffer: FixBuffer;
  readonly #options: DrivingOptions;
  readonly #store: FixStore;
  readonly #link: DriverLink;
  readonly #duty: Duty;
  readonly #source: FixSource;
  #onDuty = false;
  #newHub: string | undefined;
  on = false;
  trip: DriverTrip | null = null;
  lastFix: DriverFix | undefined;
  lastFixAtMs: number | undefined;
  trouble: GpsTrouble | undefined;
  problem: string | undefined;
  forgetful = false;
  /** Fixes that the server took, and that it refused, since this page was opened. */
  taken = 0;
  refused = 0;

  private constructor(options: DrivingOptions, store: FixStore, buffer: FixBuffer, hub: string | undefined) {
    this.#options = options;
    this.#store = store;
    this.buffer = buffer;
    this.#duty = new Duty(options.server, options.driver, () => options.getToken(false));
    this.#source = options.source({ fix: (fix) => this.#hear(fix), trouble: (trouble) => this.#fail(trouble) });
    this.#link = new DriverLink(
      { server: options.server, driver: options.driver, getToken: options.getToken, buffer, hub },
      {
        state: (state) => {
          if (state === 'open') this.problem = undefined;
          this.#changed();
        },
        settled: ({ taken, refused }) => {
          this.taken += taken.length;
          this.refused += refused.length;
          this.problem = undefined;
          store.settle(taken, refused.map(({ fix }) => fix), Date.now(), usualLimits.resendMs);
          // Not before it has what the last one may have lost: a page that is closed until then sends that again.
          if (this.#newHub !== undefined && !buffer.repeats) {
            store.noteHub(this.#newHub);
            this.#newHub = undefined;
          }
          this.#restIfDone();
          this.#changed();
        },
        hubChanged: (name) => (this.#newHub = name),
        advice: (advice) => this.#source.advise(advice),
        trip: (trip) => {
          this.trip = trip;
          this.#changed();
        },
        problem: (words) => {
          this.problem = words;
          this.#changed();
        },
      },
    );
  }

  /** Takes up what an earlier page left, and sends it at once. */
  static async begin(options: DrivingOptions): Promise<Driving> {
    let forgetful = false;
    // Before the store is opened, which may fail at once.
    let driving: Driving | undefined;
    const store = await FixStore.open(options.driver, () => {
      forgetful = true;
      if (driving) driving.forgetful = true;
    });
    const kept = await store.load();
    const buffer = new FixBuffer();
    buffer.restore(kept.waiting, kept.settled);
    driving = new Driving(options, store, buffer, kept.hub);
    driving.forgetful = forgetful;
    if (buffer.unsettled > 0) driving.#link.start();
    return driving;
  }

  get link(): LinkState {
    return this.#link.state;
  }

  get retryMs(): number {
    return Math.max(0, this.#link.retryAtMs - Date.now());
  }

  /** Whoever drives is on duty from the first place on. */
  start(): void {
    this.on = true;
    this.trouble = undefined;
    this.#link.start();
    this.#changed();
    // Last, as it may fail at once.
    this.#source.start();
  }

  /** `busy`: not while there is a trip. */
  async stop(): Promise<DutyAnswer> {
    const answer = this.#onDuty ? await this.#duty.set(false) : 'told';
    if (answer === 'busy') return answer;
    this.#onDuty = false;
    this.on = false;
    this.#source.stop();
    // What waits is still brought to the server.
    this.#restIfDone();
    this.#changed();
    return answer;
  }

  retryNow(): void {
    this.#link.retryNow();
  }

  #hear(fix: DriverFix): void {
    // A receiver may answer late what it was asked before: off duty nothing is taken, and nobody goes on duty again by it.
    if (!this.on) return;
    this.lastFix = fix;
    this.lastFixAtMs = Date.now();
    this.trouble = undefined;
    if (!this.#onDuty) {
      this.#onDuty = true;
      void this.#duty.set(true);
    }
    this.#store.keep(fix);
    const gone = this.buffer.add(fix);
    if (gone.length > 0) this.#store.settle([], gone, Date.now(), usualLimits.resendMs);
    this.#link.wake();
    this.#options.onFix(fix);
    this.#changed();
  }

  #fail(trouble: GpsTrouble): void {
    this.trouble = trouble;
    // No signal may come back by itself; a permission does not.
    if (trouble !== 'timeout' && trouble !== 'unavailable') {
      this.on = false;
      this.#source.stop();
      this.#restIfDone();
      // Nobody is to be sent to a car that can't be seen. On a trip it stays as it is: a dispatcher sees it silent.
      if (this.#onDuty && !this.trip) void this.#duty.set(false);
      this.#onDuty = false;
    }
    this.#changed();
  }

  /** Off duty the connection is kept for as long as there is something to bring. */
  #restIfDone(): void {
    if (!this.on && this.buffer.empty) this.#link.stop();
  }

  #changed(): void {
    this.#options.onChange();
  }
}

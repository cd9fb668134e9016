/** One way of asking, at work: a watch pinned to one strategy, its measured connection, and the picture it got. */
import { watchTrip, type End, type PathPoint, type Strategy, type TripState, type TripWatch } from '@ridetracker/rider-client';
import type { LabClock } from './clock.js';
import { Ledger } from './ledger.js';
import { meteredFetch, meteredWebSocket, type MeterOptions } from './meter.js';
import type { Network } from './network.js';

/** The way that a column draws behind its car holds so many places. */
const trailLimit = 60;
/** Columns of the lab come back soon, so that a cut is seen for what it is and not for a long wait. */
const backoff = { baseMs: 500, capMs: 2000 };

export interface Source {
  readonly url: string;
  readonly getToken: (why: { readonly refused: boolean }) => Promise<string>;
}

export interface ColumnOptions {
  readonly id: string;
  readonly strategy: Strategy;
  /** Of a short poll, milliseconds. */
  readonly pollMs?: number;
  readonly clock: LabClock;
  readonly network: Network;
  /** The server's clock now, Unix milliseconds. */
  readonly serverNowMs: () => number;
  /** Whether the browser tells the size of finished answers. */
  readonly timed: boolean;
  readonly onEnd: (end: End) => void;
}

export class Column {
  readonly id: string;
  readonly strategy: Strategy;
  readonly pollMs: number | undefined;
  readonly #options: ColumnOptions;
  readonly #meter: MeterOptions;
  #ledger = new Ledger();
  #watch: TripWatch | undefined;
  #state: TripState | undefined;
  #trail: PathPoint[] = [];

  constructor(options: ColumnOptions) {
    this.id = options.id;
    this.strategy = options.strategy;
    this.pollMs = options.pollMs;
    this.#options = options;
    this.#meter = {
      clock: options.clock,
      ledger: () => this.#ledger,
      network: options.network,
      counts: (url) => url.includes('/live?'),
      timed: options.timed,
    };
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** What this column shows: the newest state that it was given. */
  get state(): TripState | undefined {
    return this.#state;
  }

  /** The car's way so far, oldest first. */
  get trail(): readonly PathPoint[] {
    return this.#trail;
  }

  start(source: Source): void {
    this.stop();
    const { clock } = this.#options;
    // The name is for Resource Timing, which knows requests by their URL only; the server passes over it.
    const watch = (this.#watch = watchTrip(`${source.url}?lab=${this.id}`, {
      strategy: this.strategy,
      getToken: source.getToken,
      fetch: meteredFetch(this.#meter),
      WebSocket: meteredWebSocket(this.#meter),
      backoff,
      // What the lab makes old on purpose is nobody's picture.
      seen: false,
      ...(this.pollMs === undefined ? {} : { pollIntervalMs: this.pollMs }),
    }));
    let live = false;
    watch.on('answer', ({ news }) => this.#ledger.answered(clock.nowMs, news));
    watch.on('state', (state) => this.#show(state));
    watch.on('status', ({ phase }) => {
      if (phase === 'live') {
        live = true;
        this.#ledger.restored(clock.nowMs);
      } else if (live || phase === 'waiting') this.#ledger.broke(clock.nowMs);
    });
    watch.on('end', (end) => {
      if (end.reason !== 'closed') this.#options.onEnd(end);
    });
  }

  /** Lets go of the server; what was measured stays. */
  stop(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#ledger.halt(this.#options.clock.nowMs);
    this.#state = undefined;
    this.#trail = [];
  }

  /** Forgets what was measured. */
  clear(): void {
    this.#ledger = new Ledger();
  }

  #show(state: TripState): void {
    this.#state = state;
    if (!state.vehicle) return;
    const { lng, lat, time } = state.vehicle;
    this.#ledger.show(this.#options.clock.nowMs, this.#options.serverNowMs() - time);
    const newest = this.#trail.at(-1)?.[2] ?? -Infinity;
    const way: PathPoint[] = [...(state.path ?? []), [lng, lat, time]];
    for (const point of way) if (point[2] > (this.#trail.at(-1)?.[2] ?? newest)) this.#trail.push(point);
    if (this.#trail.length > trailLimit) this.#trail.splice(0, this.#trail.length - trailLimit);
  }
}

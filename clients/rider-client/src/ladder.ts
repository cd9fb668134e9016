/**
 * Decides what follows a connection: which strategy, and after what wait. Pure: no I/O, no clock of its own.
 *
 * A strategy that can't connect, or a stream that falls silent, gives way to the next one at once; after a full round of
 * failures there is a wait. A pinned strategy is never left. From a poll the ladder looks up again now and then.
 */
import { fullJitterMs, type BackoffOptions } from './backoff.js';
import type { Outcome } from './outcome.js';
import type { End, Strategy } from './types.js';

export interface LadderOptions {
  readonly strategies: readonly Strategy[];
  readonly pinned?: Strategy | undefined;
  /** Whether a refused token can be replaced. */
  readonly renewable: boolean;
  readonly backoff: BackoffOptions;
  readonly random: () => number;
  /** How long a poll must have worked before a stream is tried again, milliseconds; doubles with each try in vain. */
  readonly climbAfterMs: number;
}

export type Next =
  | { readonly kind: 'connect'; readonly afterMs: number }
  | { readonly kind: 'end'; readonly end: End };

/** A stream that opens and breaks this often without a word is taken for one that can't connect. */
const muteDropsAllowed = 2;

export class Ladder {
  readonly #options: LadderOptions;
  #rungs: readonly Strategy[];
  #pinned: Strategy | undefined;
  #rung = 0;
  #fallen = 0;
  #failures = 0;
  #muteDrops = 0;
  #heard = false;
  #tokenRefused = false;
  #climbMs: number;
  #climbAtMs: number | undefined;
  #climbedFrom: number | undefined;

  constructor(options: LadderOptions) {
    this.#options = options;
    this.#rungs = options.strategies;
    this.#pinned = options.pinned;
    this.#climbMs = options.climbAfterMs;
  }

  /** The strategy to use now. */
  get strategy(): Strategy {
    return this.#pinned ?? this.#rungs[this.#rung] ?? 'poll';
  }

  get pinned(): Strategy | undefined {
    return this.#pinned;
  }

  /** Whether the next token must be a new one. */
  get tokenRefused(): boolean {
    return this.#tokenRefused;
  }

  /** Takes the server's list of strategies, keeping the place of the one in use. */
  offer(strategies: readonly Strategy[]): void {
    if (strategies.length === 0) return;
    const current = this.#rungs[this.#rung];
    this.#rungs = strategies;
    this.#rung = Math.max(0, strategies.findIndex((strategy) => strategy === current));
  }

  /** Uses only this strategy from now on, or, without one, the best that works. */
  pin(strategy: Strategy | undefined): void {
    this.#pinned = strategy;
    this.#rung = 0;
    this.#startOver();
  }

  /** Forgets past failures: the caller knows that the network is back. */
  forgive(): void {
    this.#rung = this.#climbedFrom ?? this.#rung;
    this.#startOver();
  }

  /** A state, a 304 or an `alive` came: the strategy works and the token is good. */
  heard(nowMs: number): void {
    this.#heard = true;
    this.#tokenRefused = false;
    this.#failures = 0;
    this.#fallen = 0;
    this.#muteDrops = 0;
    if (this.#climbedFrom !== undefined) {
      this.#climbedFrom = undefined;
      this.#climbMs = this.#options.climbAfterMs;
    }
    this.#climbAtMs ??= nowMs + this.#climbMs;
  }

  /** Whether a poll has worked for so long that a stream deserves another try. */
  wantsClimb(nowMs: number): boolean {
    return (
      this.#pinned === undefined &&
      this.#rung > 0 &&
      (this.strategy === 'poll' || this.strategy === 'long-poll') &&
      this.#climbAtMs !== undefined &&
      nowMs >= this.#climbAtMs
    );
  }

  /** What to do after a connection came to this. */
  after(outcome: Outcome): Next {
    const heard = this.#heard;
    this.#heard = false;
    switch (outcome.kind) {
      case 'end':
        return outcome;
      case 'token':
        if (!this.#options.renewable || this.#tokenRefused) return { kind: 'end', end: { reason: outcome.detail } };
        this.#tokenRefused = true;
        return connect(0);
      case 'at-once':
        return connect(heard ? 0 : this.#backOff());
      case 'told':
        return connect(outcome.retryMs ?? this.#backOff());
      case 'climb':
        this.#climbedFrom = this.#rung;
        this.#moveTo(0);
        return connect(0);
      case 'dropped':
        if (!heard && ++this.#muteDrops > muteDropsAllowed) return this.#fall();
        // The first wait is the one the stream named; if that did not help, no shorter than our own.
        return connect(heard ? (outcome.retryMs ?? this.#backOff()) : Math.max(outcome.retryMs ?? 0, this.#backOff()));
      case 'unreachable':
      case 'silent':
        return this.#fall();
    }
  }

  #fall(): Next {
    this.#muteDrops = 0;
    if (this.#pinned !== undefined) return connect(this.#backOff());
    if (this.#climbedFrom !== undefined) {
      this.#moveTo(this.#climbedFrom);
      this.#climbedFrom = undefined;
      this.#climbMs *= 2;
      return connect(0);
    }
    this.#fallen++;
    this.#moveTo((this.#rung + 1) % this.#rungs.length);
    if (this.#fallen < this.#rungs.length) return connect(0);
    this.#fallen = 0;
    return connect(this.#backOff());
  }

  #moveTo(rung: number): void {
    this.#rung = rung;
    this.#climbAtMs = undefined;
  }

  #backOff(): number {
    this.#failures++;
    return fullJitterMs(this.#failures, this.#options.random(), this.#options.backoff);
  }

  #startOver(): void {
    this.#failures = 0;
    this.#fallen = 0;
    this.#muteDrops = 0;
    this.#climbedFrom = undefined;
    this.#climbAtMs = undefined;
  }
}

function connect(afterMs: number): Next {
  return { kind: 'connect', afterMs };
}

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
  readonly renews: boolean;
  readonly backoff: BackoffOptions;
  readonly random: () => number;
  /** How long a poll must have worked before a stream is tried again, milliseconds; doubles with each try in vain. */
  readonly climbAfterMs: number;
}

export interface Ladder {
  /** The strategy to use now. */
  readonly strategy: Strategy;
  readonly pinned: boolean;
  /** Whether the next token must be a new one. */
  readonly refused: boolean;
  /** Takes the server's list of strategies, keeping the place of the one in use. */
  offer(strategies: readonly Strategy[]): void;
  /** Uses only this strategy from now on, or, without one, the best that works. */
  pin(strategy: Strategy | undefined): void;
  /** Forgets past failures: the caller knows that the network is back. */
  forgive(): void;
  /** A state, a 304 or an `alive` came: the strategy works and the token is good. */
  heard(nowMs: number): void;
  /** Whether a poll has worked for so long that a stream deserves another try. */
  climbs(nowMs: number): boolean;
  /** What to do after a connection came to this: wait so many milliseconds, or end. */
  after(outcome: Outcome): number | End;
}

export function createLadder({ strategies: rungs, pinned, renews, backoff, random, climbAfterMs }: LadderOptions): Ladder {
  /** A stream that opens and breaks this often without a word is taken for one that can't connect. */
  const muteDropsAllowed = 2;
  /** What a server, or what speaks in its place, may ask to wait at most, milliseconds. */
  const longestWaitMs = 300_000;
  const longestClimbMs = 1_800_000;
  let rung = 0;
  let fallen = 0;
  let failures = 0;
  let muteDrops = 0;
  let heard = false;
  let refused = false;
  let climbMs = climbAfterMs;
  let climbAtMs: number | undefined;
  let climbedFrom: number | undefined;

  const current = (): Strategy => pinned ?? rungs[rung] ?? 'poll';
  const polls = (): boolean => current().endsWith('poll');
  const backOff = (): number => fullJitterMs(++failures, random(), backoff);

  function moveTo(next: number): void {
    rung = next;
    climbAtMs = undefined;
  }

  function startOver(next: number): void {
    failures = fallen = muteDrops = 0;
    climbedFrom = undefined;
    moveTo(next);
  }

  function waitLonger(): void {
    climbMs = Math.min(longestClimbMs, climbMs * 2);
  }

  /** Gives way to the next strategy; the wait before that, milliseconds. */
  function fall(): number {
    muteDrops = 0;
    if (pinned) return backOff();
    if (climbedFrom !== undefined) {
      moveTo(climbedFrom);
      climbedFrom = undefined;
      waitLonger();
      return 0;
    }
    moveTo((rung + 1) % rungs.length);
    if (++fallen < rungs.length) return 0;
    fallen = 0;
    return backOff();
  }

  function waitAfter(outcome: Outcome, worked: boolean): number | End {
    switch (outcome.kind) {
      case 'end':
        return outcome.end;
      case 'token':
        if (!renews || refused) return { reason: outcome.detail };
        refused = true;
        return 0;
      case 'told':
        // Also what a server says that does not mean it.
        return outcome.retryMs! > 0 ? outcome.retryMs! : backOff();
      case 'climb':
        climbedFrom = rung;
        moveTo(0);
        return 0;
      case 'dropped':
        if (!worked && ++muteDrops > muteDropsAllowed) return fall();
        // The first wait is the one the stream named; if that did not help, no shorter than our own.
        return worked ? (outcome.retryMs ?? backOff()) : Math.max(outcome.retryMs ?? 0, backOff());
      default:
        // What is late can be connected to: without this, the next climb would come to it again.
        if (outcome.kind === 'late' && climbedFrom === undefined) waitLonger();
        return fall();
    }
  }

  return {
    get strategy() {
      return current();
    },
    get pinned() {
      return !!pinned;
    },
    get refused() {
      return refused;
    },
    offer(offered) {
      if (!offered.length) return;
      rung = Math.max(0, offered.indexOf(rungs[rung]!));
      rungs = offered;
    },
    pin(strategy) {
      pinned = strategy;
      startOver(0);
    },
    forgive() {
      startOver(climbedFrom ?? rung);
    },
    heard(nowMs) {
      heard = true;
      refused = false;
      failures = fallen = muteDrops = 0;
      climbedFrom = undefined;
      climbAtMs ??= nowMs + climbMs;
      // A stream that lasts may be climbed to again as soon as the first time.
      if (!polls() && nowMs >= climbAtMs) climbMs = climbAfterMs;
    },
    climbs: (nowMs) => !pinned && rung > 0 && polls() && nowMs >= (climbAtMs ?? Infinity),
    after(outcome) {
      const worked = heard;
      heard = false;
      const next = waitAfter(outcome, worked);
      return typeof next === 'object' ? next : Math.min(next, longestWaitMs);
    },
  };
}

/** How old a picture is, and whether the way it came by is to blame. Pure: time is what the caller says it is. */
import type { Vehicle } from './types.js';

/** A clock that was asked for longer than this says too little about itself, milliseconds. */
const longestAskMs = 4000;
/** Above this many metres per second a car moves. */
const movingMps = 1;
/** A picture may always be this old, milliseconds: phones report late, networks have their moments. */
const graceMs = 4000;
const longestPauseMs = 60_000;
const strikesToLose = 2;

/** Server's clock minus this device's, milliseconds, off by half of the round trip at most; undefined if that is too much. */
export function skewMs(serverNowMs: number, askedAtMs: number, heardAtMs: number): number | undefined {
  const tookMs = heardAtMs - askedAtMs;
  return tookMs > longestAskMs ? undefined : serverNowMs + tookMs / 2 - heardAtMs;
}

/**
 * The fix time of a viewport's picture, Unix milliseconds: that of the middle one of the cars that move and are heard.
 * The oldest would tell of one phone in a tunnel, not of what the rider's connection does.
 */
export function medianTime(vehicles: Iterable<Vehicle>): number | undefined {
  const times: number[] = [];
  for (const { stale, speed, time } of vehicles) if (!stale && speed! > movingMps) times.push(time);
  return times.sort((a, b) => a - b)[times.length >> 1];
}

export interface Judge {
  /** Whether to ask now. `nextMs`: how soon the next picture was announced. */
  wants(ageMs: number, nextMs: number, nowMs: number): boolean;
  /** Takes what the plain answer came to; true if the strategy has lost its place. */
  behind(behind: boolean, nowMs: number): boolean;
}

/**
 * Convicts a strategy whose pictures are older than the next one's. A picture beyond its age is a reason to ask once, plainly:
 * what that answer shows, and the strategy did not bring by itself within a while, counts against it. Twice in a row is
 * enough; an answer that shows nothing newer (the car itself is silent) makes the next question wait twice as long.
 */
export function createJudge(): Judge {
  let strikes = 0;
  let pauseMs = 0;
  let askAtMs = 0;
  return {
    wants(ageMs, nextMs, nowMs) {
      if (ageMs > graceMs + 2 * nextMs) return nowMs >= askAtMs;
      pauseMs = askAtMs = 0;
      return false;
    },
    behind(behind, nowMs) {
      if (behind) {
        strikes = (strikes + 1) % strikesToLose;
        return !strikes;
      }
      strikes = 0;
      pauseMs = Math.min(longestPauseMs, pauseMs * 2 || graceMs);
      askAtMs = nowMs + pauseMs;
      return false;
    },
  };
}

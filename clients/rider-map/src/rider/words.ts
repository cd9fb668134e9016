/** The rider's page in words: pill, headline, second line and the rest, for each phase. Pure. */
import type { TripState } from '@ridetracker/rider-client';
import type { Phase } from './phase.js';
import type { Units } from '../page/units.js';

export type Tone = 'live' | 'quiet' | 'warn' | 'bad';

export interface Eta {
  /** "about", once the estimate is old. */
  readonly about: boolean;
  readonly minutes: number;
  readonly grey: boolean;
}

export interface RiderWords {
  readonly pill: { readonly tone: Tone; readonly text: string; readonly detail?: string };
  readonly eta?: Eta;
  readonly clock?: { readonly time: string; readonly caption: string };
  /** A big headline, where there is no ETA. */
  readonly title?: string;
  /** The headline below an ETA. */
  readonly status?: string;
  /** Follows the status on its line. */
  readonly statusDetail?: string;
  readonly second?: string;
  /** In an amber box. */
  readonly note?: { readonly icon: 'clock' | 'offline'; readonly text: string };
  readonly tick?: boolean;
  readonly retry?: boolean;
  readonly skeleton?: boolean;
  /** The bar that is half full, 0 to 3; 4 when all are done; undefined: no bars. -1: none has begun. */
  readonly step?: number;
  readonly greySteps?: boolean;
  readonly showDriver: boolean;
  readonly showStops: boolean;
  readonly footer: string;
}

export interface Facts {
  readonly phase: Phase;
  readonly state: TripState | undefined;
  /** When the state came, Unix milliseconds of this device. */
  readonly stateAtMs: number | undefined;
  /** When the car was last heard of, Unix milliseconds of this device. */
  readonly heardAtMs: number | undefined;
  /** When the connection tries again, Unix milliseconds of this device. */
  readonly retryAtMs: number | undefined;
  /** What the map shows of where a silent car can be. */
  readonly reach: 'streets' | 'circle' | 'none';
}

const estimateOldMs = 10_000;

export function riderWords(facts: Facts, nowMs: number, units: Units): RiderWords {
  const { phase, state } = facts;
  const name = state?.driver?.name ?? 'Your driver';
  const pickup = state?.pickup?.label ?? 'the pick-up';
  const dropoff = state?.dropoff?.label ?? 'the drop-off';
  const estimate = estimateOf(facts, nowMs);
  const cut = estimate && { about: estimate.old, minutes: estimate.minutes, grey: true };
  const live = { tone: 'live', text: 'Live' } as const;
  const usual = { showDriver: state?.driver !== undefined, showStops: true, footer: 'The car is shown until the trip ends' };
  const over = { showDriver: false, showStops: state?.pickup !== undefined, footer: '' };

  switch (phase) {
    case 'loading':
      return { ...over, pill: { tone: 'quiet', text: 'Connecting…' }, skeleton: true, showStops: false };
    case 'new':
      return {
        ...usual,
        pill: live,
        title: 'Looking for a driver',
        second: 'The car shows up here as soon as a driver takes the trip.',
        step: -1,
      };
    case 'queued':
      return {
        ...usual,
        pill: live,
        ...(estimate ? { eta: { about: false, minutes: estimate.minutes, grey: false } } : {}),
        status: `${name} is finishing a ride nearby`,
        second: 'You will see the car once that ride ends.',
        step: 0,
      };
    case 'coming':
      return {
        ...usual,
        pill: { ...live, detail: ago(facts, nowMs, units) },
        ...(estimate ? { eta: { about: false, minutes: estimate.minutes, grey: false } } : {}),
        ...(estimate ? { clock: { time: units.clock(estimate.atMs), caption: 'at the pick-up' } } : {}),
        status: `${name} is on the way`,
        ...(state?.eta?.distance === undefined ? {} : { statusDetail: units.distance(state.eta.distance) }),
        step: 0,
      };
    case 'here':
      return {
        ...usual,
        pill: { ...live, detail: ago(facts, nowMs, units) },
        title: `${name} is here`,
        second: `Meet at ${pickup}. Check the plate.`,
        step: 1,
      };
    case 'riding': {
      const parts = [
        estimate ? `Arrives about ${units.clock(estimate.atMs)}` : undefined,
        state?.eta?.distance === undefined ? undefined : `${units.distance(state.eta.distance)} to go`,
      ].filter((part) => part !== undefined);
      return {
        ...usual,
        pill: { ...live, detail: ago(facts, nowMs, units) },
        ...(estimate ? { eta: { about: false, minutes: estimate.minutes, grey: false } } : {}),
        status: `On the way to ${dropoff}`,
        ...(parts.length > 0 ? { second: parts.join(' · ') } : {}),
        step: 2,
      };
    }
    case 'stale':
      return {
        ...usual,
        pill: { tone: 'warn', text: `Last seen ${units.age(ageSeconds(facts, nowMs))} ago` },
        ...(cut ? { eta: cut } : {}),
        ...(estimate ? { clock: { time: units.clock(estimate.atMs), caption: 'last estimate' } } : {}),
        status: `${possessive(name)} phone has gone quiet`,
        note: { icon: 'clock', text: reachWords[facts.reach] },
        footer: 'Your own connection is fine',
      };
    case 'reconnecting':
      return {
        ...usual,
        pill: { tone: 'warn', text: 'Reconnecting…' },
        ...(cut ? { eta: cut } : {}),
        status: 'Your connection dropped',
        ...(facts.heardAtMs === undefined
          ? {}
          : { second: `You see the car as of ${units.clockWithSeconds(facts.heardAtMs)}.` }),
        step: stepOf(state),
        greySteps: true,
      };
    case 'offline':
      return {
        ...usual,
        showStops: state !== undefined,
        pill: { tone: 'quiet', text: 'Offline' },
        ...(cut ? { eta: cut } : {}),
        status: 'You are offline',
        note: {
          icon: 'offline',
          text: `${facts.stateAtMs === undefined ? '' : `Last update ${units.clock(facts.stateAtMs)}. `}We catch up by ourselves when you are back.`,
        },
      };
    case 'error': {
      const seconds = facts.retryAtMs === undefined ? 0 : Math.ceil((facts.retryAtMs - nowMs) / 1000);
      return {
        ...over,
        showStops: false,
        pill: { tone: 'bad', text: 'Not connected' },
        title: 'We can’t reach RideTracker',
        second: `Your trip goes on. ${seconds > 0 ? `We try again in ${seconds} s.` : 'We try again now.'}`,
        retry: true,
      };
    }
    case 'ended':
      return {
        ...over,
        pill: { tone: 'quiet', text: 'Trip ended' },
        tick: true,
        title: 'You have arrived',
        second: `${[state?.dropoff?.label, facts.stateAtMs === undefined ? undefined : units.clock(facts.stateAtMs)]
          .filter((part) => part !== undefined)
          .join(', ')}${state ? '. ' : ''}The car is no longer shown.`,
      };
    case 'cancelled':
      return {
        ...over,
        pill: { tone: 'quiet', text: 'Trip cancelled' },
        title: 'This trip was cancelled',
        second: 'The car is no longer shown.',
      };
    case 'revoked':
      return {
        ...over,
        showStops: false,
        pill: { tone: 'bad', text: 'Link off' },
        title: 'This link no longer works',
        second: 'It ran out, or the person who shared it stopped sharing. Ask them for a new one.',
      };
  }
}

const reachWords = {
  streets: 'The amber streets show where the car can be by now. They grow until it reports again.',
  circle: 'The amber circle shows where the car can be by now. It grows until it reports again.',
  none: 'You see the car where it was last. It moves on when it reports again.',
};

function possessive(name: string): string {
  return name.endsWith('s') ? `${name}’` : `${name}’s`;
}

interface Estimate {
  readonly atMs: number;
  readonly minutes: number;
  readonly old: boolean;
}

function estimateOf({ state, stateAtMs, heardAtMs }: Facts, nowMs: number): Estimate | undefined {
  if (!state?.eta || stateAtMs === undefined) return undefined;
  // An estimate is as old as the car's last word, not as the answer that repeats it.
  const madeAtMs = Math.min(stateAtMs, heardAtMs ?? stateAtMs);
  const atMs = madeAtMs + state.eta.seconds * 1000;
  return { atMs, minutes: Math.max(1, Math.round((atMs - nowMs) / 60_000)), old: nowMs - madeAtMs > estimateOldMs };
}

function ageSeconds({ heardAtMs, stateAtMs }: Facts, nowMs: number): number {
  return Math.max(0, (nowMs - (heardAtMs ?? stateAtMs ?? nowMs)) / 1000);
}

function ago(facts: Facts, nowMs: number, units: Units): string {
  const seconds = ageSeconds(facts, nowMs);
  return seconds < 1 ? 'now' : `${units.age(seconds)} ago`;
}

function stepOf(state: TripState | undefined): number {
  switch (state?.status) {
    case 'enroute-to-pickup':
      return 0;
    case 'arrived-at-pickup':
      return 1;
    case 'enroute-to-dropoff':
      return 2;
    default:
      return -1;
  }
}

/** What a screen reader is told, on change only: the status with the minutes, 2 and 1 minutes, and silence once a minute. */
export class Announcer {
  #last: string | undefined;
  #wasStale = false;

  next(facts: Facts, words: RiderWords, nowMs: number, units: Units): string | undefined {
    const stale = facts.phase === 'stale';
    const seconds = ageSeconds(facts, nowMs);
    let key: string;
    let text: string;
    if (stale) {
      key = `stale ${Math.floor(seconds / 60)}`;
      text = `Last seen ${units.spokenAge(seconds)} ago`;
    } else {
      const minutes = words.eta?.minutes;
      const countdown = minutes !== undefined && minutes <= 2 ? ` ${minutes}` : '';
      const headline = words.title ?? words.status ?? words.pill.text;
      key = `${facts.phase} ${headline}${countdown}`;
      text = minutes === undefined ? headline : `${headline}, ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
      if (this.#wasStale && (facts.phase === 'coming' || facts.phase === 'here' || facts.phase === 'riding')) text = `Live again. ${text}`;
    }
    if (key === this.#last) return undefined;
    this.#last = key;
    this.#wasStale = stale;
    return text;
  }
}

/** The rider's page in words: pill, headline, second line and the rest, for each phase. Pure. */
import type { TripState } from '@ridetracker/rider-client';
import type { Phase } from './phase.js';
import { fill } from '../page/i18n/messages.js';
import type { Speech } from '../page/i18n/speech.js';

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

export function riderWords(facts: Facts, nowMs: number, speech: Speech): RiderWords {
  const { phase, state } = facts;
  const { t, units } = speech;
  const driver = state?.driver?.name;
  const named = { driver: driver ?? t.yourDriver };
  const estimate = estimateOf(facts, nowMs);
  const eta = estimate ? { eta: { about: false, minutes: estimate.minutes, grey: false } } : {};
  const cutEta = estimate ? { eta: { about: estimate.old, minutes: estimate.minutes, grey: true } } : {};
  const live = { tone: 'live', text: t.live } as const;
  const liveAgo = (): RiderWords['pill'] => ({ ...live, detail: ago(facts, nowMs, speech) });
  const usual = { showDriver: state?.driver !== undefined, showStops: true, footer: t.shownUntilEnd };
  const over = { showDriver: false, showStops: state?.pickup !== undefined, footer: '' };

  switch (phase) {
    case 'loading':
      return { ...over, pill: { tone: 'quiet', text: t.connecting }, skeleton: true, showStops: false };
    case 'new':
      return { ...usual, pill: live, title: t.newTitle, second: t.newSecond, step: -1 };
    case 'queued':
      return { ...usual, ...eta, pill: live, status: fill(t.queued, named), second: t.queuedSecond, step: 0 };
    case 'unseen':
      return { ...usual, pill: live, status: stageOf(state, named, t), second: t.unseenSecond, step: stepOf(state) };
    case 'coming':
      return {
        ...usual,
        ...eta,
        ...(estimate ? { clock: { time: units.clock(estimate.atMs), caption: t.atPickup } } : {}),
        ...(state?.eta?.distance === undefined ? {} : { statusDetail: units.distance(state.eta.distance) }),
        pill: liveAgo(),
        status: fill(t.coming, named),
        step: 0,
      };
    case 'here': {
      const place = state?.pickup?.label;
      const second = place === undefined ? t.meetUnnamed : fill(t.meet, { place });
      return { ...usual, pill: liveAgo(), title: fill(t.here, named), second, step: 1 };
    }
    case 'riding': {
      const parts = [
        estimate && fill(t.arrives, { time: units.clock(estimate.atMs) }),
        state?.eta?.distance === undefined ? undefined : fill(t.toGo, { distance: units.distance(state.eta.distance) }),
      ].filter((part) => part !== undefined);
      return {
        ...usual,
        ...eta,
        ...(parts.length > 0 ? { second: parts.join(' · ') } : {}),
        pill: liveAgo(),
        status: ridingTo(state, t),
        step: 2,
      };
    }
    case 'stale':
      return {
        ...usual,
        ...cutEta,
        ...(estimate ? { clock: { time: units.clock(estimate.atMs), caption: t.lastEstimate } } : {}),
        pill: { tone: 'warn', text: fill(t.lastSeen, { age: speech.age(ageSeconds(facts, nowMs)) }) },
        status: driver === undefined ? t.quietUnnamed : fill(t.quiet, { driver }),
        note: { icon: 'clock', text: { streets: t.reachStreets, circle: t.reachCircle, none: t.reachNone }[facts.reach] },
        footer: t.yoursIsFine,
      };
    case 'reconnecting': {
      const heard = facts.heardAtMs;
      return {
        ...usual,
        ...cutEta,
        ...(heard === undefined ? {} : { second: fill(t.asOf, { time: units.clockWithSeconds(heard) }) }),
        pill: { tone: 'warn', text: t.reconnecting },
        status: t.dropped,
        step: stepOf(state),
        greySteps: true,
      };
    }
    case 'offline': {
      const last = facts.stateAtMs === undefined ? [] : [fill(t.lastUpdate, { time: units.clock(facts.stateAtMs) })];
      return {
        ...usual,
        ...cutEta,
        showStops: state !== undefined,
        pill: { tone: 'quiet', text: t.offline },
        status: t.youAreOffline,
        note: { icon: 'offline', text: [...last, t.catchUp].join(' ') },
      };
    }
    case 'error': {
      const seconds = facts.retryAtMs === undefined ? 0 : Math.ceil((facts.retryAtMs - nowMs) / 1000);
      return {
        ...over,
        showStops: false,
        pill: { tone: 'bad', text: t.notConnected },
        title: t.cantReach,
        second: `${t.goesOn} ${seconds > 0 ? fill(t.tryIn, { age: speech.age(seconds) }) : t.tryingNow}`,
        retry: true,
      };
    }
    case 'ended': {
      const place = state?.dropoff?.label;
      const at = facts.stateAtMs === undefined ? undefined : units.clock(facts.stateAtMs);
      const where = place !== undefined && at !== undefined ? fill(t.arrivedAt, { place, time: at }) : at && `${at}.`;
      return {
        ...over,
        pill: { tone: 'quiet', text: t.tripEnded },
        tick: true,
        title: t.arrived,
        second: [where, t.notShown].filter((part) => part !== undefined).join(' '),
      };
    }
    case 'cancelled':
      return { ...over, pill: { tone: 'quiet', text: t.tripCancelled }, title: t.cancelled, second: t.notShown };
    case 'revoked':
      return { ...over, showStops: false, pill: { tone: 'bad', text: t.linkOff }, title: t.revoked, second: t.revokedSecond };
  }
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

function ago(facts: Facts, nowMs: number, speech: Speech): string {
  const seconds = ageSeconds(facts, nowMs);
  return seconds < 1 ? speech.t.now : fill(speech.t.ago, { age: speech.age(seconds) });
}

function ridingTo(state: TripState | undefined, t: Speech['t']): string {
  const place = state?.dropoff?.label;
  return place === undefined ? t.ridingUnnamed : fill(t.riding, { place });
}

/** What the trip's status says alone, where no car is shown. */
function stageOf(state: TripState | undefined, named: { readonly driver: string }, t: Speech['t']): string {
  switch (state?.status) {
    case 'arrived-at-pickup':
      return fill(t.here, named);
    case 'enroute-to-dropoff':
      return ridingTo(state, t);
    default:
      return fill(t.coming, named);
  }
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

  next(facts: Facts, words: RiderWords, nowMs: number, { t, units }: Speech): string | undefined {
    const stale = facts.phase === 'stale';
    const seconds = ageSeconds(facts, nowMs);
    let key: string;
    let text: string;
    if (stale) {
      key = `stale ${Math.floor(seconds / 60)}`;
      text = fill(t.spokenLastSeen, { age: units.spokenAge(seconds) });
    } else {
      // Beside "You are offline" the minutes would sound like the time without a network.
      const minutes = facts.phase === 'offline' || facts.phase === 'reconnecting' || facts.phase === 'error' ? undefined : words.eta?.minutes;
      const countdown = minutes !== undefined && minutes <= 2 ? ` ${minutes}` : '';
      const headline = words.title ?? words.status ?? words.pill.text;
      key = `${facts.phase} ${headline}${countdown}`;
      text = minutes === undefined ? headline : fill(t.spoken, { headline, minutes: units.spokenMinutes(minutes) });
      if (this.#wasStale && (facts.phase === 'coming' || facts.phase === 'here' || facts.phase === 'riding')) {
        text = fill(t.spokenAgain, { text });
      }
    }
    if (key === this.#last) return undefined;
    this.#last = key;
    this.#wasStale = stale;
    return text;
  }
}

/** Decides which of the design's states the rider's page is in. Pure. */
import type { End, Status, TripState } from '@ridetracker/rider-client';

export type Phase =
  | 'loading'
  | 'new'
  | 'queued'
  | 'unseen'
  | 'coming'
  | 'here'
  | 'riding'
  | 'stale'
  | 'reconnecting'
  | 'offline'
  | 'error'
  | 'ended'
  | 'cancelled'
  | 'revoked';

export interface Situation {
  readonly state: TripState | undefined;
  /** When `state` came, Unix milliseconds of this device. */
  readonly stateAtMs: number | undefined;
  /** When the car of `state` was last heard, Unix milliseconds of this device; undefined where the clocks can't be compared. */
  readonly heardAtMs?: number | undefined;
  readonly connection: Status['phase'];
  /** Since when the connection is not live, Unix milliseconds of this device; undefined while it is. */
  readonly cutSinceMs: number | undefined;
  readonly end: End | undefined;
  readonly online: boolean;
}

/** A cut shorter than this is not worth a word, milliseconds. */
const cutShownMs = 3000;
/** A cut longer than this is an error, milliseconds. */
const cutErrorMs = 20_000;
/** Silence longer than the announced interval and this is stale, milliseconds. */
const staleAfterMs = 10_000;

export function phaseOf(situation: Situation, nowMs: number): Phase {
  const { state, end } = situation;
  const status = end?.status ?? state?.status;
  if (status === 'complete') return 'ended';
  if (status === 'canceled') return 'cancelled';
  if (end) {
    if (end.reason === 'trip-over') return 'ended';
    if (end.reason === 'refused' || end.reason === 'closed') return 'error';
    return 'revoked';
  }
  if (!situation.online) return 'offline';
  const cutMs = situation.cutSinceMs === undefined ? 0 : nowMs - situation.cutSinceMs;
  if (cutMs > cutErrorMs) return 'error';
  if (!state) return cutMs > cutShownMs && situation.connection === 'waiting' ? 'error' : 'loading';
  // Silence without a connection is ours and not the driver's.
  const away = situation.connection !== 'live' && state.vehicle !== undefined && !state.stale;
  if (cutMs > cutShownMs || (away && isSilent(situation, nowMs))) return 'reconnecting';
  if (status === 'new') return 'new';
  // Behind another ride it has an ETA all the same (protocol.md section 3); else the car has not reported yet, or not for a long time.
  if (!state.vehicle) return state.eta ? 'queued' : 'unseen';
  if (isStale(situation, nowMs)) return 'stale';
  if (status === 'arrived-at-pickup') return 'here';
  return status === 'enroute-to-dropoff' ? 'riding' : 'coming';
}

/** Also when states come in time and what they tell is old: a proxy may hold a whole stream back. */
function isStale(situation: Situation, nowMs: number): boolean {
  const { state, heardAtMs } = situation;
  return state?.stale === true || isSilent(situation, nowMs) || (heardAtMs !== undefined && isLate(heardAtMs, state, nowMs));
}

/** Nothing came for long after it was announced. */
function isSilent({ state, stateAtMs }: Situation, nowMs: number): boolean {
  return stateAtMs !== undefined && isLate(stateAtMs, state, nowMs);
}

function isLate(sinceMs: number, state: TripState | undefined, nowMs: number): boolean {
  return nowMs - sinceMs > (state?.nextUpdateMs ?? 1000) + staleAfterMs;
}

/** Whether the car's place on the map is one to believe. */
export function isCarTrusted(phase: Phase): boolean {
  return phase === 'coming' || phase === 'here' || phase === 'riding';
}

export function isOver(phase: Phase): boolean {
  return phase === 'ended' || phase === 'cancelled' || phase === 'revoked';
}

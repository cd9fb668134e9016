/** What one connection came to, and how the words of the protocol (status, close code, end reason) say so. Pure. */
import type { End, EndReason, TripStatus } from './types.js';

/** The one result of every connection. */
export type Outcome =
  | { readonly kind: 'end'; readonly end: End }
  /** The token was refused or ran out. */
  | { readonly kind: 'token'; readonly detail: EndReason }
  /** Could not be opened: this strategy may not work here. */
  | { readonly kind: 'unreachable' }
  /** Was open and said nothing for longer than it may. */
  | { readonly kind: 'silent' }
  /** Was open and broke, or was closed without an `end`. `retryMs` is the stream's own `retry:`. */
  | { readonly kind: 'dropped'; readonly retryMs?: number | undefined }
  /** The server asks to come back later: drain, overload, 429, 503. */
  | { readonly kind: 'told'; readonly retryMs?: number | undefined }
  /** Come back at once with the cursor. */
  | { readonly kind: 'at-once' }
  /** A poll works here, and a better strategy is worth another try. */
  | { readonly kind: 'climb' };

const finalReasons = ['trip-complete', 'trip-canceled', 'token-revoked'];

/** `end` of a stream: `{ "reason": ... }`. */
export function outcomeOfEnd(reason: string): Outcome {
  if (reason === 'token-expired') return { kind: 'token', detail: 'token-expired' };
  if (finalReasons.includes(reason)) return over(reason as EndReason);
  return { kind: 'end', end: { reason: 'refused', detail: reason } };
}

/** A status other than 200 and 304 of a GET. `status` of the trip comes with a 410. */
export function outcomeOfStatus(
  code: number,
  retryMs: number | undefined,
  problem: Readonly<Record<string, unknown>>,
): Outcome {
  const text = problem['detail'];
  const detail = typeof text === 'string' ? { detail: text } : {};
  const end = (reason: EndReason): Outcome => ({ kind: 'end', end: { reason, ...detail } });
  if (code === 401) return { kind: 'token', detail: 'unauthorized' };
  if (code === 403) return String(problem['type']).includes('revoked') ? end('token-revoked') : end('forbidden');
  if (code === 404) return end('not-found');
  if (code === 410) return over(endOfTrip(Object.values(problem)));
  // 408 and 429 pass; any other 4xx says that the same request can't succeed. 406 and 426 are about the strategy.
  if (code === 406 || code === 426 || code === 501) return { kind: 'unreachable' };
  if (code === 429 || code === 503) return { kind: 'told', retryMs };
  if (code >= 400 && code < 500 && code !== 408) return end('refused');
  return { kind: 'unreachable' };
}

/** A WebSocket's close, by the table of protocol.md section 3. */
export function outcomeOfClose(code: number, reason: string, drainMs: number | undefined): Outcome {
  switch (code) {
    case 1000:
      return finalReasons.includes(reason) ? over(reason as EndReason) : { kind: 'dropped' };
    case 1008:
    case 1009:
      return { kind: 'end', end: { reason: 'refused', detail: reason } };
    case 4403:
      return { kind: 'end', end: { reason: reason === 'token-revoked' ? 'token-revoked' : 'forbidden', detail: reason } };
    case 4401:
      return { kind: 'token', detail: reason === 'token-expired' ? 'token-expired' : 'unauthorized' };
    case 1001:
    case 1013:
      return { kind: 'told', retryMs: drainMs };
    case 4408:
      return { kind: 'at-once' };
    default:
      return drainMs === undefined ? { kind: 'dropped' } : { kind: 'told', retryMs: drainMs };
  }
}

function over(reason: EndReason): Outcome {
  const status: TripStatus | undefined =
    reason === 'trip-complete' ? 'complete' : reason === 'trip-canceled' ? 'canceled' : undefined;
  return { kind: 'end', end: status ? { reason, status } : { reason } };
}

/** RFC 9457 keeps `status` for the HTTP code, so the trip's final word is looked for by its value. */
function endOfTrip(words: readonly unknown[]): EndReason {
  return words.includes('complete') ? 'trip-complete' : words.includes('canceled') ? 'trip-canceled' : 'trip-over';
}

/** What one connection came to, and how the words of the protocol (status, close code, end reason) say so. Pure. */
import type { End, EndReason } from './types.js';

/** The one result of every connection. */
export type Outcome =
  | { readonly kind: 'end'; readonly end: End }
  /** The token was refused or ran out. */
  | { readonly kind: 'token'; readonly detail: EndReason }
  /** Could not be opened, or was open and said nothing for longer than it may: this strategy may not work here. */
  | { readonly kind: 'unreachable' }
  /** Was open and broke, or was closed without an `end`. `retryMs` is the stream's own `retry:`. */
  | { readonly kind: 'dropped'; readonly retryMs?: number | undefined }
  /** The server asks to come back later: drain, overload, 429, 503. */
  | { readonly kind: 'told'; readonly retryMs?: number | undefined }
  /** Shows older pictures than the next strategy would. */
  | { readonly kind: 'late' }
  /** A poll works here, and a better strategy is worth another try. */
  | { readonly kind: 'climb' };

export const unreachable: Outcome = { kind: 'unreachable' };

/** A trip's last words. */
const finals = ['complete', 'canceled'] as const;

/** `end` of a stream: `{ "reason": ... }`. */
export function outcomeOfEnd(reason: string): Outcome {
  if (reason === 'token-expired') return { kind: 'token', detail: reason };
  return isFinal(reason) ? end(reason) : end('refused', reason);
}

/** The status of a GET that did not bring what it was to bring. `status` of the trip comes with a 410. */
export function outcomeOfStatus(
  code: number,
  retryMs: number | undefined,
  problem: Readonly<Record<string, unknown>>,
): Outcome {
  const { detail, type } = problem;
  if (code === 401) return { kind: 'token', detail: 'unauthorized' };
  if (code === 410) {
    // RFC 9457 keeps `status` for the HTTP code, so the trip's final word is looked for by its value.
    const words = Object.values(problem);
    return end(`trip-${finals.find((final) => words.includes(final)) ?? 'over'}`);
  }
  if (code === 429 || code === 503 || (code > 500 && retryMs !== undefined)) return { kind: 'told', retryMs };
  // 408 passes, 406 and 426 are about the strategy; any other 4xx says that the same request can't succeed.
  if (code < 400 || code > 499 || code === 406 || code === 408 || code === 426) return unreachable;
  if (code === 404) return end('not-found', detail);
  if (code !== 403) return end('refused', detail);
  return end(/revoked/.test(type as string) ? 'token-revoked' : 'forbidden', detail);
}

/** A WebSocket's close, by the table of protocol.md section 3. */
export function outcomeOfClose(code: number, reason: string, drainMs: number | undefined): Outcome {
  if (code === 1000 && isFinal(reason)) return end(reason);
  if (code === 1008 || code === 1009) return end('refused', reason);
  if (code === 4403) return end(reason === 'token-revoked' ? reason : 'forbidden', reason);
  if (code === 4401) return { kind: 'token', detail: reason === 'token-expired' ? reason : 'unauthorized' };
  // Too slow: back at once, with the cursor.
  if (code === 4408) return { kind: 'dropped', retryMs: 0 };
  if (code === 1001 || code === 1013 || drainMs !== undefined) return { kind: 'told', retryMs: drainMs };
  return { kind: 'dropped' };
}

function isFinal(reason: string): reason is 'trip-complete' | 'trip-canceled' | 'token-revoked' {
  return /^(trip-(complete|canceled)|token-revoked)$/.test(reason);
}

export function end(reason: EndReason, detail?: unknown): Outcome {
  const status = finals.find((final) => reason === `trip-${final}`);
  return { kind: 'end', end: { reason, ...(status && { status }), ...(typeof detail === 'string' && { detail }) } };
}

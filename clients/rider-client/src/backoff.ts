/** How long to wait before trying again: full jitter over a doubling ceiling, so that a crowd does not come back at once. */

export interface BackoffOptions {
  /** Ceiling of the first wait, milliseconds. */
  readonly baseMs: number;
  /** No ceiling is above this, milliseconds. */
  readonly capMs: number;
}

export const defaultBackoff: BackoffOptions = { baseMs: 1000, capMs: 30_000 };

/** `failures` counts from 1; `random` is in [0, 1). */
export function fullJitterMs(failures: number, random: number, options: BackoffOptions): number {
  const ceiling = Math.min(options.capMs, options.baseMs * 2 ** (failures - 1));
  return Math.round(random * ceiling);
}

/** `Retry-After`: seconds, or a date; milliseconds from now, or undefined if it is neither. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  const at = /^\s*\d+\s*$/.test(header!) ? nowMs + Number(header) * 1000 : Date.parse(header!);
  return at >= 0 ? Math.max(0, at - nowMs) : undefined;
}

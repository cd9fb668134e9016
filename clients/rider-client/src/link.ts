/** What a strategy needs of the watch that runs it: one resource, one cursor, one token, one connection's life. */
import { retryAfterMs } from './backoff.js';
import { outcomeOfStatus, type Outcome } from './outcome.js';
import type { Capabilities } from './types.js';

/** The part of the WebSocket that is used; the browser's and that of the npm package `ws` both fit. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

export interface Link {
  readonly url: URL;
  readonly cursor: string | undefined;
  readonly capabilities: Capabilities;
  readonly pinned: boolean;
  /** Ends this connection: the watch is over, or another strategy was chosen. */
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  readonly webSocket: WebSocketConstructor | undefined;
  /** How long a connection may take to open, milliseconds. */
  readonly openTimeoutMs: number;
  now(): number;
  sleep(ms: number): Promise<void>;
  token(): Promise<string | undefined>;
  /** A sign of life other than a state. */
  heard(): void;
  /** A message with a state; true if it was news. */
  state(message: unknown): boolean;
  wantsClimb(): boolean;
}

/** One timer that ends a connection unless it is put off. */
export class Deadline {
  readonly #onPassed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  passed = false;

  constructor(onPassed: () => void) {
    this.#onPassed = onPassed;
  }

  set(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.passed = true;
      this.#onPassed();
    }, ms);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/** How long a stream may be silent, milliseconds. */
export function silenceMs(capabilities: Capabilities): number {
  return capabilities.aliveSeconds * 1500;
}

/** A GET of the resource with the token; the caller's headers choose the strategy. */
export async function get(link: Link, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  const token = await link.token();
  return link.fetch(link.url, {
    headers: token === undefined ? headers : { ...headers, Authorization: `Bearer ${token}` },
    signal,
    cache: 'no-store',
  });
}

/** The outcome of an answer that is neither 200 nor 304. */
export async function refusal(response: Response): Promise<Outcome> {
  const problem: unknown = await response.json().catch(() => undefined);
  return outcomeOfStatus(
    response.status,
    retryAfterMs(response.headers.get('Retry-After'), Date.now()),
    typeof problem === 'object' && problem !== null ? (problem as Record<string, unknown>) : {},
  );
}

/** Asks once, plainly, why a stream could not be had. */
export async function probe(link: Link, signal: AbortSignal): Promise<Outcome> {
  const response = await get(link, { Accept: 'application/json' }, signal);
  if (!response.ok && response.status !== 304) return refusal(response);
  await response.body?.cancel();
  return { kind: 'unreachable' };
}

/** An `AbortController` that also ends when the link does, and what to call when the connection is done. */
export function connectionOf(link: Link): { controller: AbortController; release: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (link.signal.aborted) abort();
  link.signal.addEventListener('abort', abort);
  return {
    controller,
    release: () => {
      link.signal.removeEventListener('abort', abort);
      controller.abort();
    },
  };
}

/** What a strategy needs of the watch that runs it: one resource, one cursor, one token, one connection's life. */
import { retryAfterMs } from './backoff.js';
import { outcomeOfStatus, unreachable, type Outcome } from './outcome.js';
import type { Capabilities } from './types.js';

/** The part of the WebSocket that is used; the browser's and that of the npm package `ws` both fit. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

/** One connection's life. */
export interface Line {
  capabilities(): Capabilities;
  /** Ends this connection: the watch is over, another strategy was chosen, or its time has passed. */
  readonly signal: AbortSignal;
  /** Gives it so much time from now, milliseconds; at first, what it may take to open. */
  within(ms: number): void;
  /** A stream is never silent for much longer than it was announced. */
  listen(): void;
  /** What a failure comes to; every failure of the network looks the same, so what counts is how far it came. */
  lost(open: boolean, retryMs?: number): Outcome;
}

export interface Link extends Line {
  readonly url: URL;
  readonly pinned: boolean;
  readonly fetch: typeof fetch;
  readonly webSocket: WebSocketConstructor | undefined;
  /** How long a connection may take to open, milliseconds. */
  readonly openTimeoutMs: number;
  cursor(): string | undefined;
  sleep(ms: number): Promise<void> | undefined;
  token(): Promise<string | undefined>;
  /** A message with a state, or, without one, a sign of life: whether it was news; undefined if it is none of ours. */
  heard(message?: unknown): boolean | undefined;
  climbs(): boolean;
  /** Set by a connection that also carries what the client says. */
  send?: (text: string) => void;
}

/** Runs until `over`, or until it lets its time pass. */
export function lineOf(over: AbortSignal, capabilities: () => Capabilities): Line {
  /** A timer that is this late was asleep with its device, and says nothing of the connection, milliseconds. */
  const sleptMs = 5000;
  const controller = new AbortController();
  const { signal } = controller;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let passed = false;
  const close = (): void => {
    clearTimeout(timer);
    controller.abort();
  };
  const within = (ms: number): void => {
    if (signal.aborted) return;
    clearTimeout(timer);
    const dueMs = Date.now() + ms;
    timer = setTimeout(() => {
      passed = Date.now() < dueMs + sleptMs;
      close();
    }, ms);
  };
  if (over.aborted) close();
  else over.addEventListener('abort', close);
  return {
    signal,
    capabilities,
    within,
    listen: () => within(capabilities().aliveSeconds * 1500),
    lost: (open, retryMs) => (open && !passed ? { kind: 'dropped', retryMs } : unreachable),
  };
}

/** A GET of the resource with the token; the caller's headers choose the strategy. */
export async function get(link: Link, headers: Record<string, string> = {}): Promise<Response> {
  const token = await link.token();
  return link.fetch(link.url, {
    headers: { Accept: 'application/json', ...headers, ...(token && { Authorization: `Bearer ${token}` }) },
    signal: link.signal,
    cache: 'no-store',
  });
}

export function isType(response: Response, type: RegExp): boolean {
  return type.test(response.headers.get('Content-Type')!);
}

/** What `Retry-After` says, milliseconds. */
export function retryMsOf(response: Response): number | undefined {
  return retryAfterMs(response.headers.get('Retry-After'), Date.now());
}

/** The outcome of an answer that is not what was asked for. A web page is not the server's: a proxy or a portal is in the way. */
export async function refusal(response: Response): Promise<Outcome> {
  if (isType(response, /html/)) return unreachable;
  const problem = (await response.json().catch(() => undefined)) as Record<string, unknown> | null | undefined;
  return outcomeOfStatus(response.status, retryMsOf(response), problem ?? {});
}

/** Asks once, plainly, why a stream could not be had. */
export async function probe(link: Link): Promise<Outcome> {
  return refusal(await get(link));
}

/** One watched resource: runs strategy after strategy with one cursor, and hands out the newest state. */
import { defaultBackoff, type BackoffOptions } from './backoff.js';
import { Ladder } from './ladder.js';
import type { Link, WebSocketConstructor } from './link.js';
import type { Outcome } from './outcome.js';
import { runLongPoll, runShortPoll } from './poll.js';
import { runSse } from './sse.js';
import { defaultCapabilities, defaultStrategies, type Capabilities, type End, type Strategy } from './types.js';
import { runWebSocket } from './websocket.js';

const runners: Record<Strategy, (link: Link) => Promise<Outcome>> = {
  sse: runSse,
  websocket: runWebSocket,
  'long-poll': runLongPoll,
  poll: runShortPoll,
};

export interface WatchOptions {
  /** A token that is never renewed. */
  readonly token?: string;
  /**
   * Asked before every connection and poll, so keep the token and answer at once. `refused` is true when the server
   * refused the last one: answer with another. A second refusal in a row ends the watch.
   */
  readonly getToken?: (why: { readonly refused: boolean }) => string | Promise<string>;
  /** Pins one strategy; `auto`, the default, takes the best that works. */
  readonly strategy?: Strategy | 'auto';
  /** Ends the watch. */
  readonly signal?: AbortSignal;
  readonly backoff?: Partial<BackoffOptions>;
  /** How long a connection may take to open, milliseconds. Default 10,000. */
  readonly openTimeoutMs?: number;
  /** How long a short poll waits between two questions, milliseconds, in place of what the server advises. */
  readonly pollIntervalMs?: number;
  /** How long a poll works before a stream is tried again, milliseconds. Default 60,000. */
  readonly climbAfterMs?: number;
  /** Replaces the platform's `fetch`. */
  readonly fetch?: typeof fetch;
  /** Replaces the platform's `WebSocket`; without either the WebSocket strategy is left out. */
  readonly WebSocket?: unknown;
  /** Replaces `Math.random`. */
  readonly random?: () => number;
}

export interface Status {
  /** `waiting`: until `retryAtMs` (of `Date.now`). `live`: the last connection or poll gave an answer. */
  readonly phase: 'connecting' | 'live' | 'waiting' | 'ended';
  readonly strategy: Strategy;
  readonly pinned: boolean;
  readonly retryAtMs?: number;
}

export interface WatchEvents<T> {
  state: T;
  status: Status;
  /** Whatever the server said: a state, that there is none (304), or a sign of life. `news`: it is handed out as a state. */
  answer: { readonly news: boolean };
  end: End;
}

/** Thrown by the iterator when a watch ends for another reason than the trip's end or the caller's wish. */
export class WatchError extends Error {
  constructor(readonly end: End) {
    super(`The watch ended: ${end.reason}${end.detail ? ` (${end.detail})` : ''}`);
    this.name = 'WatchError';
  }
}

const peaceful: readonly string[] = ['trip-complete', 'trip-canceled', 'trip-over', 'closed'];

/** Folds messages into what the caller gets; undefined when a message is no news. */
export interface Fold<M, T> {
  accept(message: M): T | undefined;
}

export class Watch<M extends { readonly cursor: string }, T extends { readonly reset?: boolean }>
  implements AsyncIterable<T>
{
  readonly #url: URL;
  readonly #fold: Fold<M, T>;
  readonly #options: WatchOptions;
  readonly #ladder: Ladder;
  readonly #fetch: typeof fetch;
  readonly #webSocket: WebSocketConstructor | undefined;
  readonly #listeners: { [K in keyof WatchEvents<T>]: Set<(value: WatchEvents<T>[K]) => void> } = {
    state: new Set(),
    status: new Set(),
    answer: new Set(),
    end: new Set(),
  };
  readonly #over = new AbortController();
  #capabilities: Capabilities;
  #connection = new AbortController();
  #wake: (() => void) | undefined;
  #cursor: string | undefined;
  #latest: T | undefined;
  #status: Status;
  #end: End | undefined;

  constructor(url: string | URL, fold: Fold<M, T>, options: WatchOptions) {
    this.#url = absolute(url);
    this.#fold = fold;
    this.#options = options;
    this.#capabilities = this.#known({});
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.#webSocket = (options.WebSocket ?? globalThis.WebSocket) as WebSocketConstructor | undefined;
    this.#ladder = new Ladder({
      strategies: this.#usable(defaultStrategies),
      pinned: options.strategy === 'auto' ? undefined : options.strategy,
      renewable: options.getToken !== undefined,
      backoff: { ...defaultBackoff, ...options.backoff },
      random: options.random ?? Math.random,
      climbAfterMs: options.climbAfterMs ?? 60_000,
    });
    this.#status = { phase: 'connecting', strategy: this.#ladder.strategy, pinned: this.#ladder.pinned !== undefined };
    if (options.signal?.aborted) this.close();
    else options.signal?.addEventListener('abort', () => this.close(), { signal: this.#over.signal });
    // Begun after this turn, so that a listener added right after creation misses nothing.
    void Promise.resolve().then(() => this.#run());
  }

  /** The newest state, if any came yet. */
  get latest(): T | undefined {
    return this.#latest;
  }

  get status(): Status {
    return this.#status;
  }

  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  /** Why the watch is over, once it is. */
  get ended(): End | undefined {
    return this.#end;
  }

  /** Calls `listener` for every such event until the returned function is called. */
  on<K extends keyof WatchEvents<T>>(type: K, listener: (value: WatchEvents<T>[K]) => void): () => void {
    this.#listeners[type].add(listener);
    return () => this.#listeners[type].delete(listener);
  }

  /** Goes on with this strategy, or with the best that works, from the cursor that was reached. */
  use(strategy: Strategy | 'auto'): void {
    this.#ladder.pin(strategy === 'auto' ? undefined : strategy);
    this.#connection.abort();
    this.#wake?.();
  }

  /** Ends a wait between two tries, as when the network is back. */
  retryNow(): void {
    if (this.#status.phase !== 'waiting') return;
    this.#ladder.forgive();
    this.#wake?.();
  }

  close(): void {
    this.#finish({ reason: 'closed' });
  }

  /** Every new state; a reader that is slow gets the newest only. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    let pending: T | undefined = this.#latest;
    let wake = (): void => {};
    const offs = [
      this.on('state', (state) => {
        pending = pending?.reset && !state.reset ? { ...state, reset: true } : state;
        wake();
      }),
      this.on('end', () => wake()),
    ];
    try {
      for (;;) {
        if (pending !== undefined) {
          const state = pending;
          pending = undefined;
          yield state;
        } else if (this.#end) {
          if (!peaceful.includes(this.#end.reason)) throw new WatchError(this.#end);
          return;
        } else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      for (const off of offs) off();
    }
  }

  async #run(): Promise<void> {
    let asked = false;
    while (!this.#end) {
      if (!asked) {
        asked = true;
        void this.#askCapabilities().then((known) => (asked = known));
      }
      const connection = (this.#connection = new AbortController());
      this.#set('connecting');
      const outcome = await runners[this.#ladder.strategy](this.#link(connection.signal));
      if (this.#end) return;
      if (connection.signal.aborted) continue;
      const next = this.#ladder.after(outcome);
      if (next.kind === 'end') return this.#finish(next.end);
      if (next.afterMs > 0) {
        this.#set('waiting', Date.now() + next.afterMs);
        await this.#sleep(next.afterMs, this.#connection.signal);
      }
    }
  }

  #link(signal: AbortSignal): Link {
    const watch = this;
    return {
      url: this.#url,
      get cursor() {
        return watch.#cursor;
      },
      get capabilities() {
        return watch.#capabilities;
      },
      pinned: this.#ladder.pinned !== undefined,
      signal,
      fetch: this.#fetch,
      webSocket: this.#webSocket,
      openTimeoutMs: this.#options.openTimeoutMs ?? 10_000,
      now: () => performance.now(),
      sleep: (ms) => this.#sleep(ms, signal),
      token: async () => this.#options.token ?? this.#options.getToken?.({ refused: this.#ladder.tokenRefused }),
      heard: () => this.#heard(signal, false),
      state: (message) => this.#message(message, signal),
      wantsClimb: () => this.#ladder.wantsClimb(performance.now()),
    };
  }

  #heard(signal: AbortSignal, news: boolean): void {
    if (signal.aborted) return;
    this.#ladder.heard(performance.now());
    if (this.#status.phase !== 'live') this.#set('live');
    this.#emit('answer', { news });
  }

  #message(message: unknown, signal: AbortSignal): boolean {
    if (signal.aborted || !isMessage<M>(message)) return false;
    this.#cursor = message.cursor;
    const state = this.#fold.accept(message);
    this.#heard(signal, state !== undefined);
    if (state === undefined) return false;
    this.#latest = state;
    this.#emit('state', state);
    return true;
  }

  async #askCapabilities(): Promise<boolean> {
    try {
      const url = new URL(this.#url.href.replace(/\/v1\/.*$/, '/v1/capabilities'));
      const response = await this.#fetch(url, { signal: this.#over.signal });
      if (!response.ok) return false;
      const told = (await response.json()) as Partial<Capabilities>;
      this.#capabilities = this.#known(told);
      this.#ladder.offer(this.#usable(this.#capabilities.strategies));
      return true;
    } catch {
      // The defaults serve until the next connection asks again.
      return false;
    }
  }

  #known(told: Partial<Capabilities>): Capabilities {
    const { pollIntervalMs } = this.#options;
    return { ...defaultCapabilities, ...told, ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }) };
  }

  #usable(strategies: readonly Strategy[]): Strategy[] {
    return strategies.filter((strategy) => strategy in runners && (strategy !== 'websocket' || this.#webSocket));
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }

  #set(phase: Status['phase'], retryAtMs?: number): void {
    this.#status = {
      phase,
      strategy: this.#ladder.strategy,
      pinned: this.#ladder.pinned !== undefined,
      ...(retryAtMs === undefined ? {} : { retryAtMs }),
    };
    this.#emit('status', this.#status);
  }

  #finish(end: End): void {
    if (this.#end) return;
    this.#end = end;
    this.#set('ended');
    this.#connection.abort();
    this.#over.abort();
    this.#emit('end', end);
  }

  #emit<K extends keyof WatchEvents<T>>(type: K, value: WatchEvents<T>[K]): void {
    for (const listener of [...this.#listeners[type]]) listener(value);
  }
}

function isMessage<M>(value: unknown): value is M {
  return typeof value === 'object' && value !== null && typeof (value as { cursor?: unknown }).cursor === 'string';
}

function absolute(url: string | URL): URL {
  const page = (globalThis as { location?: { href: string } }).location;
  return new URL(url, page?.href);
}

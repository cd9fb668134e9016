/** What a watch can be told, and what it tells. */
import type { BackoffOptions } from './backoff.js';
import type { PageLike } from './page.js';
import type { Capabilities, End, Strategy } from './types.js';

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
  /** Whether tabs that watch the same trip with the same subject's token share one connection. Default true; a pinned strategy never does. */
  readonly share?: boolean;
  /** Whether to tell the server, every 30 s and in one number, how old the picture is. Default true. */
  readonly seen?: boolean;
  /** The fix time (`vehicle.time`) of what is on the screen now, Unix milliseconds, where that is behind the newest state. */
  readonly shown?: () => number | undefined;
  /** Ends the watch. */
  readonly signal?: AbortSignal;
  readonly backoff?: Partial<BackoffOptions>;
  /** How long a connection may take to open, milliseconds. Default 10,000. */
  readonly openTimeoutMs?: number;
  /** How long a short poll waits between two questions, milliseconds, in place of what the server advises. */
  readonly pollIntervalMs?: number;
  /** How long a poll works before a stream is tried again, milliseconds. Default 60,000. */
  readonly climbAfterMs?: number;
  /** How long a tab may be hidden before it lets go, milliseconds. Default 60,000. */
  readonly hiddenAfterMs?: number;
  /** How often the picture's age is looked at, milliseconds. Default 2000. */
  readonly checkEveryMs?: number;
  /** Default 30,000 milliseconds. */
  readonly seenEveryMs?: number;
  /** Replaces the platform's `fetch`. */
  readonly fetch?: typeof fetch;
  /** Replaces the platform's `WebSocket`; without either the WebSocket strategy is left out. */
  readonly WebSocket?: unknown;
  /** Replaces the page that is asked whether it is seen and has a network. Without a document, as in Node, there is none. */
  readonly window?: PageLike;
  /** Replaces `Math.random`. */
  readonly random?: () => number;
}

export interface Status {
  /**
   * `waiting`: until `retryAtMs` (of `Date.now`). `live`: the last connection or poll gave an answer. `paused`: the tab has
   * been hidden for a while and let go; it goes on when it is seen.
   */
  readonly phase: 'connecting' | 'live' | 'waiting' | 'paused' | 'ended';
  readonly strategy: Strategy;
  readonly pinned: boolean;
  readonly retryAtMs?: number;
  /** Another tab has the connection. */
  readonly shared?: true;
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
    super(`The watch ended: ${end.reason} ${end.detail ?? ''}`);
    this.name = 'WatchError';
  }
}

export interface Watch<T> extends AsyncIterable<T> {
  /** The newest state, if any came yet. */
  readonly latest: T | undefined;
  readonly status: Status;
  readonly capabilities: Capabilities;
  /** Server's clock minus this device's, milliseconds; undefined until the server has told. */
  readonly skewMs: number | undefined;
  /** Why the watch is over, once it is. */
  readonly ended: End | undefined;
  /** Calls `listener` for every such event until the returned function is called. */
  on<K extends keyof WatchEvents<T>>(type: K, listener: (value: WatchEvents<T>[K]) => void): () => void;
  /** Goes on with this strategy, or with the best that works, from the cursor that was reached. */
  use(strategy: Strategy | 'auto'): void;
  /** Ends a wait between two tries. */
  retryNow(): void;
  close(): void;
  /** Every new state; a reader that is slow gets the newest only. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined>;
}

/** Folds messages into what the caller gets. */
export interface Fold<M, T> {
  /** Undefined when a message is no news. */
  accept(message: M): T | undefined;
  /** The fix time of the picture, Unix milliseconds. */
  time(picture: M | T): number | undefined;
}

/** Whether it is a state of ours, not what something in between has said. */
export function isMessage<M>(value: unknown): value is M {
  return typeof (value as { cursor?: unknown } | null | undefined)?.cursor === 'string';
}

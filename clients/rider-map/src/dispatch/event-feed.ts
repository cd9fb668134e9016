/** Follows /v1/events as a stream, with the token in a header, from the last event that was seen. */
import { createSseParser } from '@ridetracker/rider-client/sse-parser';
import { ApiError, type Api } from './api.js';

/** One event of Records, as on the wire. */
export interface RecordsEvent {
  readonly number: number;
  readonly kind: string;
  /** Unix milliseconds. */
  readonly time: number;
  readonly trip?: string;
  readonly driver?: string;
  readonly geofence?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface EventFeedEvents {
  event(event: RecordsEvent): void;
  /** Something may have been missed: what was read before is to be read again. */
  missed(): void;
  /** False while events do not come. */
  connected(connected: boolean): void;
}

/** The server says something every 15 s; silence for longer than this is a dead stream, milliseconds. */
const silenceMs = 25_000;
const shortestWaitMs = 1000;
const longestWaitMs = 30_000;

export class EventFeed {
  readonly #api: Api;
  readonly #events: EventFeedEvents;
  #last: string | undefined;
  #retry = new AbortController();

  constructor(api: Api, events: EventFeedEvents) {
    this.#api = api;
    this.#events = events;
    void this.#run();
  }

  /** Ends a wait between two tries, as when the network is back. */
  retryNow(): void {
    this.#retry.abort();
  }

  async #run(): Promise<never> {
    let tries = 0;
    for (;;) {
      let toldMs: number | undefined;
      try {
        toldMs = await this.#read(() => (tries = 0));
      } catch (error) {
        // A server without events (404, 406) is asked again as seldom as one that is away, or one whose event does not end.
        if (![ApiError, DOMException, TypeError, RangeError].some((known) => error instanceof known)) throw error;
      }
      this.#events.connected(false);
      const ceiling = Math.min(longestWaitMs, shortestWaitMs * 2 ** tries++);
      await this.#wait(toldMs ?? shortestWaitMs + Math.random() * ceiling);
    }
  }

  /** Reads one connection to its end; gives the wait that the server asked for, milliseconds. */
  async #read(onGood: () => void): Promise<number | undefined> {
    const connection = new AbortController();
    let silence: ReturnType<typeof setTimeout> | undefined;
    const alive = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => connection.abort(), silenceMs);
    };
    alive();
    const parser = createSseParser();
    try {
      const resume: Record<string, string> = this.#last === undefined ? {} : { 'Last-Event-ID': this.#last };
      const response = await this.#api.fetch('/v1/events', { headers: { Accept: 'text/event-stream', ...resume }, signal: connection.signal });
      const reader = response.body?.getReader();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) return parser.retryMs;
        alive();
        for (const { type, data } of parser.push(decoder.decode(value, { stream: true }))) {
          onGood();
          this.#events.connected(true);
          if (type === 'reset') this.#events.missed();
          else if (type === 'message') this.#take(data);
        }
        if (parser.lastEventId !== '') this.#last = parser.lastEventId;
      }
    } finally {
      clearTimeout(silence);
      connection.abort();
    }
  }

  #take(data: string): void {
    try {
      this.#events.event(JSON.parse(data) as RecordsEvent);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }

  #wait(ms: number): Promise<void> {
    const retry = (this.#retry = new AbortController());
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      retry.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

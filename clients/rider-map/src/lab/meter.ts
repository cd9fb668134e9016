/** `fetch` and `WebSocket` that tell a ledger what passes through them, over a network that the lab can make bad. */
import type { LabClock } from './clock.js';
import type { Network } from './network.js';
import type { Exchange, Ledger } from './ledger.js';

/** The head of a WebSocket frame from the server: 2 bytes, 4 from 126 bytes of content on. */
function frameBytes(text: string): number {
  const content = new TextEncoder().encode(text).length;
  return content + (content < 126 ? 2 : 4);
}

export interface MeterOptions {
  readonly clock: LabClock;
  readonly ledger: () => Ledger;
  readonly network: Network;
  /** Which requests are measured; the others only pass over the network. */
  readonly counts: (url: string) => boolean;
  /** Whether the browser tells the size of finished answers (Resource Timing): then their bytes are not counted here. */
  readonly timed: boolean;
  readonly fetch?: typeof fetch;
  readonly WebSocket?: typeof WebSocket;
}

/** Of these no answer with a body can be made; Chromium gives a 304 one all the same, an empty one. */
const bodiless: readonly number[] = [204, 205, 304];

/** The platform's `fetch`, measured. A stream's bytes are counted as they come. */
export function meteredFetch(options: MeterOptions): typeof fetch {
  const { clock, network } = options;
  const platform = options.fetch ?? ((input, init) => fetch(input, init));
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const line = new Headers(init?.headers).get('Accept') === 'text/event-stream';
    const ledger = options.ledger();
    const exchange = options.counts(url) ? ledger.asked(clock.nowMs, line) : undefined;
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    if (init?.signal?.aborted) stop();
    init?.signal?.addEventListener('abort', stop);
    const offCut = network.onCut(stop);
    const done = (failed: boolean): void => {
      init?.signal?.removeEventListener('abort', stop);
      offCut();
      if (exchange) ledger.done(exchange, clock.nowMs, failed);
    };
    try {
      if (network.down) throw new TypeError('The network is cut.');
      await network.way();
      const response = await platform(input, { ...init, signal: abort.signal });
      await network.way();
      if (abort.signal.aborted) throw new TypeError('The network was cut.');
      if (!response.body || bodiless.includes(response.status)) {
        done(false);
        return response;
      }
      const count = (bytes: number): void => {
        if (exchange && (line || !options.timed)) ledger.received(clock.nowMs, bytes);
      };
      const body = line ? delayed(response.body, network, count, done) : counted(response.body, count, done);
      return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
    } catch (error) {
      // Whoever asked took it back: that is no failure of the network.
      done(init?.signal?.aborted !== true);
      throw error;
    }
  };
}

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

function counted(body: Body, count: (bytes: number) => void, done: (failed: boolean) => void): Body {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done: end, value } = await reader.read();
        if (end) {
          done(false);
          controller.close();
        } else {
          count(value.length);
          controller.enqueue(value);
        }
      } catch (error) {
        done(true);
        controller.error(error);
      }
    },
    async cancel(reason) {
      done(false);
      await reader.cancel(reason);
    },
  });
}

/** A stream whose pieces come one way over the network later, in their order. */
function delayed(body: Body, network: Network, count: (bytes: number) => void, done: (failed: boolean) => void): Body {
  const reader = body.getReader();
  let over = false;
  return new ReadableStream({
    start(controller) {
      const finish = (failed: boolean, end: () => void): void => {
        if (over) return;
        over = true;
        done(failed);
        end();
      };
      const pump = async (): Promise<void> => {
        let before: Promise<void> = Promise.resolve();
        try {
          while (!over) {
            const { done: end, value } = await reader.read();
            before = Promise.all([before, network.way()]).then(() => {
              if (over) return;
              if (end) return finish(false, () => controller.close());
              count(value.length);
              controller.enqueue(value);
            });
            if (end) return;
          }
        } catch (error) {
          finish(true, () => controller.error(error));
        }
      };
      void pump();
    },
    async cancel(reason) {
      if (!over) done(false);
      over = true;
      await reader.cancel(reason);
    },
  });
}

/** The part of the browser's WebSocket that the client uses, measured. */
export function meteredWebSocket(options: MeterOptions): new (url: string) => unknown {
  const { clock, network } = options;
  const platform = options.WebSocket ?? WebSocket;
  return class {
    onopen: ((event: unknown) => void) | null = null;
    onmessage: ((event: { readonly data: unknown }) => void) | null = null;
    onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
    onerror: ((event: unknown) => void) | null = null;
    readonly #ledger = options.ledger();
    readonly #exchange: Exchange;
    readonly #offCut: () => void;
    #socket: WebSocket | undefined;
    #over = false;

    constructor(url: string) {
      this.#exchange = this.#ledger.asked(clock.nowMs, true);
      this.#offCut = network.onCut(() => this.#broken());
      if (network.down) void Promise.resolve().then(() => this.#broken());
      else void network.way().then(() => this.#open(url));
    }

    /** Not counted: a page can't see what its other ways send. */
    send(text: string): void {
      this.#socket?.send(text);
    }

    close(): void {
      this.#end(false);
      this.#letGo();
    }

    #open(url: string): void {
      if (this.#over) return;
      const socket = (this.#socket = new platform(url));
      let before: Promise<void> = Promise.resolve();
      const later = (then: () => void): void => {
        before = Promise.all([before, network.way()]).then(() => {
          if (!this.#over) then();
        });
      };
      socket.onopen = (event) => later(() => this.onopen?.(event));
      socket.onmessage = (event: MessageEvent<unknown>) =>
        later(() => {
          this.#ledger.received(clock.nowMs, frameBytes(String(event.data)));
          this.onmessage?.(event);
        });
      socket.onclose = (event) =>
        later(() => {
          this.#end(event.code !== 1000);
          this.onclose?.(event);
        });
    }

    /** What a browser says of a connection that broke: 1006. */
    #broken(): void {
      if (this.#over) return;
      this.#end(true);
      this.#letGo();
      this.onclose?.({ code: 1006, reason: '' });
    }

    /** A browser complains of a socket that is closed before it is open: so it opens first. */
    #letGo(): void {
      const socket = this.#socket;
      if (socket?.readyState === 0) socket.onopen = () => socket.close();
      else socket?.close();
    }

    #end(failed: boolean): void {
      if (this.#over) return;
      this.#over = true;
      this.#offCut();
      this.#ledger.done(this.#exchange, clock.nowMs, failed);
    }
  };
}

/** How long a request had to wait in the browser before it could go out, milliseconds: no connection was free. */
export function stalledMs(
  timing: Pick<PerformanceResourceTiming, 'fetchStart' | 'domainLookupStart' | 'domainLookupEnd' | 'connectStart' | 'connectEnd' | 'requestStart'>,
): number {
  if (timing.requestStart === 0) return 0;
  const lookup = timing.domainLookupEnd - timing.domainLookupStart;
  const connect = timing.connectEnd - timing.connectStart;
  return Math.max(0, timing.requestStart - timing.fetchStart - lookup - connect);
}

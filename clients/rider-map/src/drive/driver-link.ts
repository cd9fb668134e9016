/** Holds the driver's connection: the plain WebSocket door, sent to from the buffer, opened again whenever it is lost. */
import type { Ack, Advice, DriverTrip } from './fix.js';
import type { FixBuffer, Settlement } from './fix-buffer.js';

export type LinkState = 'closed' | 'connecting' | 'open' | 'waiting' | 'offline' | 'refused';

export interface LinkEvents {
  state(state: LinkState): void;
  settled(settlement: Settlement, ack: Ack): void;
  /** The hub is not the one of before: the last minute goes out again. Told before `settled`. */
  hubChanged(hub: string): void;
  advice(advice: Advice): void;
  trip(trip: DriverTrip | null): void;
  problem(words: string): void;
}

export interface LinkOptions {
  /** RideTracker's address, an origin. */
  readonly server: string;
  readonly driver: string;
  /** `refused`: the last one was not good. */
  readonly getToken: (refused: boolean) => Promise<string>;
  readonly buffer: FixBuffer;
  readonly hub: string | undefined;
}

type Frame = {
  readonly ack?: Ack;
  readonly advise?: Advice;
  readonly trip?: DriverTrip | null;
  readonly drain?: { readonly reconnectAfterMs?: number };
  readonly error?: { readonly title?: string; readonly detail?: string; readonly retryAfterMs?: number };
};

const subprotocol = 'ridetracker.driver.v1';
/** The first wait after a lost connection is random up to this, and doubles to the longest, milliseconds. */
const firstWaitMs = 1000;
const longestWaitMs = 15_000;
const connectMs = 15_000;
/** With reports under way and none settled for so long, a connection counts as dead, milliseconds. */
const settleMs = 30_000;
/** A server that reads no further is not buried in bytes. */
const mostBufferedBytes = 256 * 1024;
const tokenEnded = 4401;
const notAllowed = 4403;

export class DriverLink {
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  #socket: WebSocket | undefined;
  #state: LinkState = 'closed';
  #hub: string | undefined;
  #failures = 0;
  #refusals = 0;
  #pausedUntilMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #draining = false;
  #retryAtMs = 0;

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
    this.#hub = options.hub;
    addEventListener('offline', () => this.#lost());
    addEventListener('online', () => this.retryNow());
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Unix milliseconds of the next try. */
  get retryAtMs(): number {
    return this.#retryAtMs;
  }

  start(): void {
    if (this.#state === 'closed' || this.#state === 'refused') void this.#connect(false);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#drop();
    this.#set('closed');
  }

  /** There is something to send. */
  wake(): void {
    this.#pump();
  }

  retryNow(): void {
    if (this.#state === 'waiting' || this.#state === 'offline') void this.#connect(false);
  }

  async #connect(refused: boolean): Promise<void> {
    clearTimeout(this.#timer);
    this.#drop();
    this.#draining = false;
    if (!navigator.onLine) return this.#set('offline');
    this.#set('connecting');
    try {
      const token = await this.#options.getToken(refused);
      // Stopped, or begun anew, while the token was on its way.
      if (this.#state === 'connecting' && !this.#socket) this.#open(token);
    } catch {
      this.#lost();
    }
  }

  #open(token: string): void {
    const address = new URL('/v1/driver/ws', this.#options.server);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    // A browser can't put a header on a WebSocket.
    address.searchParams.set('access_token', token);
    const socket = (this.#socket = new WebSocket(address, subprotocol));
    let opened = false;
    this.#patience = setTimeout(() => this.#lost(), connectMs);
    socket.onopen = () => {
      if (this.#socket !== socket) return;
      opened = true;
      this.#pausedUntilMs = 0;
      clearTimeout(this.#patience);
      this.#options.buffer.begin();
      this.#set('open');
      this.#pump();
    };
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#hear(String(data));
    };
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      if (code === notAllowed) this.#refuse();
      else if (code === tokenEnded) void this.#connect(true);
      else if (opened) this.#lost();
      else void this.#askWhy(token);
    };
  }

  /** A browser does not say why a handshake failed; the HTTP door does. An empty report is answered without being one. */
  async #askWhy(token: string): Promise<void> {
    let refused = false;
    try {
      const { status } = await fetch(new URL(`/v1/drivers/${encodeURIComponent(this.#options.driver)}/fixes`, this.#options.server), {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: '[]',
      });
      refused = status === 401 || status === 403;
    } catch {
      // The network it is.
    }
    // Stopped, or begun anew, in the meantime: the answer is to another question.
    if (this.#state !== 'connecting' || this.#socket) return;
    if (refused) this.#refuse();
    else this.#lost();
  }

  #refuse(): void {
    // A new token gets one more try, not endless ones.
    if (++this.#refusals > 1) {
      this.#drop();
      this.#set('refused');
    } else void this.#connect(true);
  }

  #hear(text: string): void {
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return this.#lost();
    }
    if (frame.ack) this.#settle(frame.ack);
    if (frame.advise) this.#events.advice(frame.advise);
    if (frame.trip !== undefined) this.#events.trip(frame.trip);
    if (frame.drain) this.#drain(frame.drain.reconnectAfterMs ?? 0);
    if (frame.error) {
      this.#pausedUntilMs = Date.now() + (frame.error.retryAfterMs ?? 1000);
      this.#events.problem(frame.error.detail ?? frame.error.title ?? 'The server has trouble.');
      this.#rearm();
      setTimeout(() => this.#pump(), this.#pausedUntilMs - Date.now() + 1);
    }
  }

  #settle(ack: Ack): void {
    this.#failures = 0;
    this.#refusals = 0;
    let settlement: Settlement;
    try {
      settlement = this.#options.buffer.settle(ack.reports, ack.rejected ?? [], Date.now());
    } catch {
      return this.#lost();
    }
    // Before it is told what was settled: whoever hears that all is may end the connection.
    if (ack.hub && ack.hub !== this.#hub) {
      const known = this.#hub !== undefined;
      this.#hub = ack.hub;
      if (known) this.#options.buffer.sendSettledAgain(Date.now());
      this.#events.hubChanged(ack.hub);
    }
    this.#events.settled(settlement, ack);
    if (ack.advice) this.#events.advice(ack.advice);
    if (this.#state === 'closed') return;
    this.#rearm();
    this.#pump();
  }

  #drain(afterMs: number): void {
    this.#draining = true;
    this.#wait(Math.min(3_600_000, Math.max(0, afterMs)), 'open');
  }

  #pump(): void {
    const socket = this.#socket;
    if (this.#state !== 'open' || !socket || socket.readyState !== WebSocket.OPEN || this.#draining || Date.now() < this.#pausedUntilMs) return;
    while (socket.bufferedAmount < mostBufferedBytes) {
      const fixes = this.#options.buffer.take();
      if (!fixes) break;
      if (this.#options.buffer.reportsUnderWay === 1) this.#rearm();
      socket.send(JSON.stringify({ fixes }));
    }
  }

  #rearm(): void {
    clearTimeout(this.#patience);
    if (this.#options.buffer.reportsUnderWay > 0)
      this.#patience = setTimeout(() => this.#lost(), settleMs + Math.max(0, this.#pausedUntilMs - Date.now()));
  }

  #lost(): void {
    if (this.#state === 'closed' || this.#state === 'refused') return;
    this.#drop();
    if (!navigator.onLine) return this.#set('offline');
    // A node that goes away has said when to come back.
    if (this.#draining) return this.#wait(Math.max(0, this.#retryAtMs - Date.now()), 'waiting');
    const upTo = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(10, this.#failures++));
    this.#wait(Math.random() * upTo, 'waiting');
  }

  #wait(ms: number, state: LinkState): void {
    clearTimeout(this.#timer);
    this.#retryAtMs = Date.now() + ms;
    this.#timer = setTimeout(() => void this.#connect(false), ms);
    this.#set(state);
  }

  #drop(): void {
    clearTimeout(this.#patience);
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    // A browser complains, with the address, of a socket that is closed before it is open: so it opens first.
    socket.onopen = () => socket.close();
    if (socket.readyState !== WebSocket.CONNECTING) socket.close();
  }

  #set(state: LinkState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#events.state(state);
  }
}

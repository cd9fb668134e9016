/** One watched resource: runs strategy after strategy with one cursor, and hands out the newest state. */
import { watchAge } from './age.js';
import { defaultBackoff } from './backoff.js';
import { readCapabilities } from './capabilities.js';
import { createFeed } from './feed.js';
import { skewMs as skewOf } from './freshness.js';
import { createLadder } from './ladder.js';
import { lineOf, type Link, type WebSocketConstructor } from './link.js';
import { isMessage, type Fold, type Status, type Watch, type WatchOptions } from './options.js';
import type { Outcome } from './outcome.js';
import { watchPage, type PageLike } from './page.js';
import { runPoll } from './poll.js';
import { share as shareWith, shareKey, type Share } from './share.js';
import { runSse } from './sse.js';
import { defaultStrategies, type End, type Strategy } from './types.js';
import { runWebSocket } from './websocket.js';

const runners: Record<Strategy, (link: Link) => Promise<Outcome>> = {
  sse: runSse,
  websocket: runWebSocket,
  'long-poll': (link) => runPoll(link, true),
  poll: (link) => runPoll(link, false),
};

const late: Outcome = { kind: 'late' };

export function watch<
  M extends { readonly cursor: string },
  T extends { readonly reset?: boolean; readonly nextUpdateMs?: number },
>(address: string | URL, fold: Fold<M, T>, options: WatchOptions): Watch<T> {
  /** Until woken, milliseconds: weeks, and no more than a timer can. */
  const forever = 2e9;
  /** Without a network, another try is made this much later all the same: a server on this device needs none. */
  const offlineWaitMs = 30_000;
  const url = new URL(address, (globalThis as { location?: { href: string } }).location?.href);
  const {
    fetch: ask = (input, init) => fetch(input, init),
    random = Math.random,
    openTimeoutMs = 10_000,
    climbAfterMs = 60_000,
  } = options;
  const webSocket = (options.WebSocket ?? globalThis.WebSocket) as WebSocketConstructor | undefined;
  const page: PageLike | undefined = options.window ?? (globalThis.document && window);

  const over = new AbortController();
  const ladder = createLadder({
    strategies: usable(defaultStrategies),
    pinned: options.strategy === 'auto' ? undefined : options.strategy,
    renews: !!options.getToken,
    backoff: { ...defaultBackoff, ...options.backoff },
    random,
    climbAfterMs,
  });
  const self = Object.assign(createFeed<T>(), {
    status: statusOf('connecting'),
    capabilities: readCapabilities({}, options),
    skewMs: undefined as number | undefined,
    use(strategy: Strategy | 'auto') {
      ladder.pin(strategy === 'auto' ? undefined : strategy);
      unshare();
      again();
    },
    retryNow() {
      share?.retry();
      if (self.status.phase !== 'waiting' || self.status.shared) return;
      ladder.forgive();
      wake?.();
    },
    close: () => finish({ reason: 'closed' }),
  });
  const { emit } = self;
  let connection = new AbortController();
  let link: Link | undefined;
  let newest: M | undefined;
  let asked = false;
  /** Null where this watch has its connection for itself. */
  let share: Share<M> | null | undefined;
  let wake: (() => void) | undefined;

  const isAway = watchPage(page, over.signal, options.hiddenAfterMs, {
    turned: () => share?.turned(),
    moved() {
      unshare();
      renew();
    },
    online() {
      if (!share?.following) renew();
    },
  });
  const timer = watchAge<M, T>(self, () => link, fold, page, options, {
    tell: (body) => askApi('seen', body),
    take,
    late: () => again(late),
  });
  if (options.signal?.aborted) self.close();
  else options.signal?.addEventListener('abort', self.close, { signal: over.signal });
  // Begun after this turn, so that a listener added right after creation misses nothing.
  queueMicrotask(run);

  async function run(): Promise<void> {
    while (!self.ended) {
      const { signal } = (connection = new AbortController());
      if (isAway()) {
        set('paused');
        await sleep(forever, signal);
        continue;
      }
      void askCapabilities();
      if (share === undefined) await join(signal);
      if (share?.following) await sleep(forever, signal);
      if (signal.aborted) continue;
      set('connecting');
      const outcome = await runners[ladder.strategy]((link = linkOf(signal)));
      const isLate = signal.reason === late;
      if (self.ended || (signal.aborted && !isLate)) continue;
      // What is still being asked about it is not to be held against the next one.
      connection.abort();
      const next =
        page?.navigator.onLine === false && /^(unr|dr)/.test(outcome.kind)
          ? offlineWaitMs
          : ladder.after(isLate ? late : outcome);
      if (typeof next === 'object') finish(next);
      else if (next > 0) {
        connection = new AbortController();
        set('waiting', Date.now() + next);
        await sleep(next, connection.signal);
      }
    }
  }

  function linkOf(signal: AbortSignal): Link {
    const line = lineOf(signal, () => self.capabilities);
    line.within(openTimeoutMs);
    return {
      ...line,
      url,
      pinned: ladder.pinned,
      fetch: ask,
      webSocket,
      openTimeoutMs,
      cursor: () => newest?.cursor,
      sleep: (ms) => sleep(ms, signal),
      token,
      heard(message) {
        if (signal.aborted || (message !== undefined && !isMessage<M>(message))) return undefined;
        // The connection is good.
        ladder.heard(performance.now());
        if (self.status.phase !== 'live') set('live');
        return take(message);
      },
      climbs: () => ladder.climbs(performance.now()),
    };
  }

  async function token(): Promise<string | undefined> {
    return options.token ?? options.getToken?.({ refused: ladder.refused });
  }

  /** Hands a message's state out if it is news, and the message to the tabs that follow. */
  function take(message: M | undefined): boolean {
    const state = message && fold.accept(message);
    const news = state !== undefined;
    emit('answer', { news });
    if (news) {
      share?.tell({ message });
      newest = message;
      emit('state', (self.latest = state));
    }
    return news;
  }

  /** Shares with the tabs that may see the same, unless this watch is to go its own way. */
  async function join(signal: AbortSignal): Promise<void> {
    const alone = !options.share || ladder.pinned || !page?.BroadcastChannel || !page.navigator.locks;
    const key = alone ? undefined : await shareKey(url, token());
    if (signal.aborted) return;
    share =
      key === undefined
        ? null
        : shareWith<M>(page!, key, {
            all: () => ({ status: self.status, message: newest }),
            turned: () => again(),
            retry: self.retryNow,
            heard(note) {
              if (note.status && share?.following) show({ ...note.status, shared: true });
              if (note.message) take(note.message);
              if (note.end) finish(note.end);
            },
          });
  }

  function unshare(): void {
    share?.leave();
    share = undefined;
  }

  /** Starts afresh: what was open may be dead, and what was found out may no longer hold. */
  function renew(): void {
    asked = false;
    ladder.forgive();
    again();
  }

  function again(why?: Outcome): void {
    connection.abort(why);
    wake?.();
  }

  async function askCapabilities(): Promise<void> {
    if (asked) return;
    asked = true;
    try {
      const askedAtMs = Date.now();
      const response = await askApi('capabilities');
      const heardAtMs = Date.now();
      const told = readCapabilities((await response.json()) as Record<string, unknown>, options);
      if (!response.ok) throw told;
      self.capabilities = told;
      if (told.now) self.skewMs = skewOf(told.now, askedAtMs, heardAtMs) ?? self.skewMs;
      ladder.offer(usable(self.capabilities.strategies));
    } catch {
      // The defaults serve until the next connection asks again.
      asked = false;
    }
  }

  async function askApi(name: string, body?: object): Promise<Response> {
    return ask(url.href.replace(/\/v1\/.*$/, `/v1/${name}`), {
      signal: over.signal,
      ...(body && {
        method: 'POST',
        headers: { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
  }

  function usable(strategies: readonly Strategy[]): Strategy[] {
    return strategies.filter((strategy) => strategy !== 'websocket' || webSocket);
  }

  function sleep(ms: number, signal: AbortSignal): Promise<void> | undefined {
    if (signal.aborted) return;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function statusOf(phase: Status['phase'], retryAtMs?: number): Status {
    return { phase, strategy: ladder.strategy, pinned: ladder.pinned, ...(retryAtMs && { retryAtMs }) };
  }

  function set(phase: Status['phase'], retryAtMs?: number): void {
    const now = statusOf(phase, retryAtMs);
    share?.tell({ status: now });
    show(now);
  }

  function show(now: Status): void {
    self.status = now;
    emit('status', now);
  }

  function finish(end: End): void {
    if (self.ended) return;
    self.ended = end;
    // Another tab's token may still be good; a trip that is over is so for all.
    if (/^trip-/.test(end.reason)) share?.tell({ end });
    clearInterval(timer);
    unshare();
    set('ended');
    over.abort();
    again();
    emit('end', end);
  }

  return self;
}

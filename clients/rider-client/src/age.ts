/** Looks at the age of the picture: tells it to the server, and asks plainly whether the strategy is to blame for it. */
import { createJudge } from './freshness.js';
import { get, type Link } from './link.js';
import { isMessage, type Fold, type Watch, type WatchOptions } from './options.js';
import type { PageLike } from './page.js';

export interface AgeEvents<M> {
  /** The server is to know this. */
  tell(body: object): Promise<Response>;
  /** A plain answer is to be handed out. */
  take(message: M): void;
  /** The strategy shows older pictures than it could. */
  late(): void;
}

/** Looks while the page is visible, until the interval that it gives is cleared. `current`: the link of the newest connection. */
export function watchAge<M, T extends { readonly nextUpdateMs?: number }>(
  watch: Pick<Watch<T>, 'latest' | 'status' | 'skewMs'>,
  current: () => Link | undefined,
  fold: Fold<M, T>,
  page: PageLike | undefined,
  { seen: tells, shown, checkEveryMs = 2000, seenEveryMs = 30_000, random = Math.random }: WatchOptions,
  { tell, take, late }: AgeEvents<M>,
): ReturnType<typeof setInterval> {
  const longestSeenMs = 3_600_000;
  const judge = createJudge();
  // Visitors that came together don't tell in step.
  let seenAtMs = tells === false ? Infinity : performance.now() + random() * seenEveryMs;
  let before: Link | undefined;
  let checking = false;

  async function report(ageMs: number): Promise<void> {
    const { strategy, shared } = watch.status;
    const seen = Math.min(longestSeenMs, Math.max(0, Math.round(ageMs)));
    const send = current()?.send;
    if (!shared && send) return send(JSON.stringify({ seen }));
    // Of a WebSocket, the tab that has it tells.
    if (strategy === 'websocket') return;
    try {
      // An older server has no ear for it.
      if ((await tell({ seen, strategy })).status === 404) seenAtMs = Infinity;
    } catch {
      // The next one will do.
    }
  }

  /** Asks plainly what there is to see. A strategy that does not show it as well, or does not even open, may lose its place. */
  async function check(link: Link | undefined): Promise<void> {
    const { pinned, strategy, shared, phase } = watch.status;
    // No answer is plainer than a short poll's, and a long one that has not been answered yet is silent by its nature.
    if (checking || pinned || shared || strategy === 'poll' || (strategy === 'long-poll' && phase !== 'live') || !link) return;
    checking = true;
    try {
      const { signal } = link;
      const response = await get(link);
      const message: unknown = response.ok && (await response.json());
      if (signal.aborted || !isMessage<M>(message)) return;
      if (phase === 'live') {
        // What is on its way is let come.
        await new Promise((resolve) => setTimeout(resolve, checkEveryMs));
        if (signal.aborted || !judge.behind(fold.time(message)! > fold.time(watch.latest!)!, performance.now())) return;
      } else if (watch.status.phase !== phase) return;
      else take(message);
      late();
    } catch {
      // Not even a plain question is answered: that says nothing against the strategy.
    } finally {
      checking = false;
    }
  }

  return setInterval(() => {
    if (page?.document.hidden) return;
    const { latest, status, skewMs } = watch;
    const link = current();
    const nowMs = performance.now();
    const time = latest && fold.time(latest);
    const serverNowMs = Date.now() + skewMs!;
    const ageMs = serverNowMs - time!;
    // Not open for a whole interval.
    if (status.phase === 'connecting' && link === before) void check(link);
    before = link;
    // Without a car or a clock there is no age.
    if (status.phase !== 'live' || isNaN(ageMs)) return;
    if (nowMs >= seenAtMs) {
      seenAtMs = nowMs + seenEveryMs;
      void report(serverNowMs - (shown?.() ?? time!));
    }
    if (judge.wants(ageMs, latest!.nextUpdateMs ?? 1000, nowMs)) void check(link);
  }, checkEveryMs);
}

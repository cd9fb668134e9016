/** What the page that a watch lives on goes through: hidden, put away, brought back, without a network. */

/** The part of `window` that is used. */
export interface PageLike extends Pick<EventTarget, 'addEventListener'> {
  readonly document: Pick<EventTarget, 'addEventListener'> & { readonly hidden: boolean };
  readonly navigator: { readonly onLine: boolean; readonly locks?: LockManager };
  readonly BroadcastChannel?: typeof BroadcastChannel;
}

export interface PageEvents {
  /** Shown or hidden. */
  turned(): void;
  /** Put away, or brought back: `away` has changed. */
  moved(): void;
  /** The network is back: what was open before may be dead without a word. */
  online(): void;
}

/**
 * Tells of the page until `over`. Answers whether it is away: hidden for long, or in the back/forward cache. Then
 * nobody looks, and nothing may stay open.
 */
export function watchPage(page: PageLike | undefined, over: AbortSignal, hiddenAfterMs = 60_000, events: PageEvents): () => boolean {
  let away = false;
  if (!page) return () => away;
  const { document } = page;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hiddenAtMs = Infinity;
  let offline = false;
  const on = (target: Pick<EventTarget, 'addEventListener'>, type: string, listener: () => void): void =>
    target.addEventListener(type, listener, { signal: over });
  const move = (to: boolean): void => {
    if (away === to) return;
    away = to;
    events.moved();
  };
  const leave = (): void => move(true);
  const look = (): void => {
    clearTimeout(timer);
    if (document.hidden) {
      hiddenAtMs = Date.now();
      timer = setTimeout(leave, hiddenAfterMs);
    } else {
      // A device that slept through the timer may find its connections dead.
      if (Date.now() - hiddenAtMs > hiddenAfterMs) leave();
      hiddenAtMs = Infinity;
      move(false);
    }
  };
  on(document, 'visibilitychange', () => {
    look();
    events.turned();
  });
  on(page, 'pagehide', leave);
  on(page, 'pageshow', look);
  on(page, 'offline', () => (offline = true));
  on(page, 'online', () => {
    if (offline) events.online();
    offline = false;
  });
  over.addEventListener('abort', () => clearTimeout(timer));
  look();
  return () => away;
}

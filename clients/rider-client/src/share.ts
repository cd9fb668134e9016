/**
 * Lets the tabs that watch the same share one connection: a Web Lock says who leads, a BroadcastChannel carries what the leader
 * hears. No worker, so no second file and nothing for a content security policy to refuse; a lock ends with its tab, however
 * that ends. Browsers open six connections to an HTTP/1.1 server, over all tabs.
 */
import type { Status } from './options.js';
import type { PageLike } from './page.js';
import type { End } from './types.js';

/** What the leader tells. Never a token. */
export interface Note<M> {
  readonly status?: Status;
  readonly message?: M | undefined;
  readonly end?: End;
}

/** Besides: `hello` of a tab that is shown, so that who leads says all it knows, or, hidden, hands over; `hidden` of a leader. */
type Word = 'hello' | 'hidden' | 'retry';

export interface Host<M> {
  /** All that is known. */
  all(): Note<M>;
  /** Leads now, or follows. */
  turned(): void;
  retry(): void;
  /** From the leader; also what it said last, to the one that leads now. */
  heard(note: Note<M>): void;
}

export interface Share<M> {
  readonly following: boolean;
  /** To those that follow, if this tab leads. */
  tell(note: Note<M>): void;
  /** To the leader, if this tab follows. */
  retry(): void;
  /** The tab was shown or hidden. Only a shown one asks to lead. */
  turned(): void;
  leave(): void;
}

export function share<M>(page: PageLike, key: string, host: Host<M>): Share<M> {
  /** The leader says this often that it is there, milliseconds. */
  const beatMs = 3000;
  /** A leader that is silent for longer is frozen: its place is taken, milliseconds. */
  const silenceMs = 10_000;
  const channel = new page.BroadcastChannel!(key);
  const post = (said: Note<M> | Word): void => {
    if (!left) channel.postMessage(said);
  };
  const timer = setInterval(() => {
    if (!following) post(host.all());
    else if (!page.document.hidden && performance.now() - heardAtMs > silenceMs) request(true);
  }, beatMs);
  let following = true;
  let left = false;
  let heardAtMs = 0;
  let asking: AbortController | undefined;
  let letGo: (() => void) | undefined;

  channel.onmessage = ({ data }: MessageEvent<Note<M> | Word>) => {
    if (typeof data === 'object') {
      heardAtMs = performance.now();
      host.heard(data);
    } else if (following) {
      if (data === 'hidden' && !page.document.hidden) post('hello');
    } else if (data === 'retry') host.retry();
    else if (page.document.hidden) letGo?.();
    else post(host.all());
  };

  function turn(follows: boolean): void {
    following = follows;
    host.turned();
  }

  function request(steal?: true): void {
    asking?.abort();
    const { signal } = (asking = new AbortController());
    let refused = false;
    heardAtMs = performance.now();
    post('hello');
    void page.navigator
      .locks!.request(key, steal ? { steal } : { signal }, () => {
        if (signal.aborted) return;
        turn(false);
        return new Promise<void>((resolve) => (letGo = resolve));
      })
      // Unless the wish was taken back, or the lock away, this page may have no locks (its storage is blocked): it leads itself.
      .catch(() => (refused = following && !signal.aborted))
      .then(() => {
        if (left) return;
        if (refused) turn(false);
        else if (!following) {
          turn(true);
          turned();
        }
      });
  }

  function turned(): void {
    if (page.document.hidden) {
      asking?.abort();
      if (!following) post('hidden');
    } else if (following) request();
  }

  turned();
  return {
    get following() {
      return following;
    },
    tell(note) {
      if (!following) post(note);
    },
    retry() {
      if (following) post('retry');
    },
    turned,
    leave() {
      left = true;
      clearInterval(timer);
      channel.close();
      asking?.abort();
      letGo?.();
    },
  };
}

/** One name for whoever may see the same: the claims of the token that say so. Undefined if it can't be read. */
export async function shareKey(url: URL, token: Promise<string | undefined>): Promise<string | undefined> {
  try {
    const payload = (await token)!.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/');
    const { sub, role, trip } = JSON.parse(atob(payload)) as Record<string, string | undefined>;
    return sub && JSON.stringify([url, sub, role, trip]);
  } catch {
    return undefined;
  }
}

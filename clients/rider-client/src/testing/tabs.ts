/** Tabs of one browser, as far as a watch asks them: shown or hidden, with or without a network, with locks that are theirs together. */
import type { PageLike } from '../page.js';

interface Held {
  readonly tab: Tab;
  readonly lose: (why: Error) => void;
}

interface Wish {
  readonly tab: Tab;
  readonly grant: () => void;
}

/** One lock, as Web Locks has it: held by one, wished for by others in their order, taken away by `steal`. */
class Lock {
  held: Held | undefined;
  readonly wishes: Wish[] = [];

  next(): void {
    if (!this.held) this.wishes.shift()?.grant();
  }
}

export class Browser {
  readonly locks = new Map<string, Lock>();
  readonly #channels: BroadcastChannel[] = [];

  open(hidden = false): Tab {
    return new Tab(this, hidden, this.#channels);
  }

  lock(name: string): Lock {
    const lock = this.locks.get(name) ?? new Lock();
    this.locks.set(name, lock);
    return lock;
  }

  /** Tabs that lead, one for each lock that is held. */
  get leaders(): Tab[] {
    return [...this.locks.values()].flatMap(({ held }) => held?.tab ?? []);
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }
}

export class Tab extends EventTarget implements PageLike {
  readonly document: EventTarget & { hidden: boolean };
  readonly navigator: { onLine: boolean; readonly locks: LockManager };
  readonly BroadcastChannel: typeof BroadcastChannel;
  /** As where a visitor blocks storage. */
  refusesLocks = false;
  readonly #browser: Browser;

  constructor(browser: Browser, hidden: boolean, channels: BroadcastChannel[]) {
    super();
    this.#browser = browser;
    this.document = Object.assign(new EventTarget(), { hidden });
    this.navigator = { onLine: true, locks: { request: this.#request.bind(this) } as unknown as LockManager };
    this.BroadcastChannel = class extends BroadcastChannel {
      constructor(name: string) {
        super(name);
        channels.push(this);
      }
    };
  }

  show(hidden = false): void {
    this.document.hidden = hidden;
    this.document.dispatchEvent(new Event('visibilitychange'));
  }

  hide(): void {
    this.show(true);
  }

  goOffline(): void {
    this.navigator.onLine = false;
    this.dispatchEvent(new Event('offline'));
  }

  goOnline(): void {
    this.navigator.onLine = true;
    this.dispatchEvent(new Event('online'));
  }

  /** What a browser does for a tab that is closed or has crashed. */
  crash(): void {
    for (const lock of this.#browser.locks.values()) {
      if (lock.held?.tab !== this) continue;
      lock.held = undefined;
      lock.next();
    }
  }

  #request(name: string, { signal, steal }: LockOptions, work: () => Promise<void> | undefined): Promise<void> {
    if (this.refusesLocks) return Promise.reject(new DOMException('denied', 'SecurityError'));
    const lock = this.#browser.lock(name);
    return new Promise<void>((resolve, reject) => {
      const grant = (): void => {
        const held: Held = { tab: this, lose: reject };
        lock.held = held;
        void Promise.resolve(work()).then(() => {
          if (lock.held === held) {
            lock.held = undefined;
            lock.next();
          }
          resolve();
        });
      };
      if (steal) {
        lock.held?.lose(new Error('stolen'));
        grant();
        return;
      }
      const wish: Wish = { tab: this, grant };
      lock.wishes.push(wish);
      signal?.addEventListener('abort', () => {
        const at = lock.wishes.indexOf(wish);
        if (at < 0) return;
        lock.wishes.splice(at, 1);
        reject(new Error('aborted'));
      });
      setImmediate(() => lock.next());
    });
  }
}

/** A token that nobody checks, with these claims. */
export function tokenOf(claims: object): string {
  return `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
}

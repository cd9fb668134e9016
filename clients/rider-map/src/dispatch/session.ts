/** Whose token the page uses, how it is renewed, and that the page hears when it is lost. */
import { renewalTimer } from '../page/token.js';
import type { Oidc } from './oidc.js';

/** What outlives a reload of the tab; gone with it. */
interface Kept {
  readonly token: string;
  readonly refresh?: string;
  /** The demo renews its own. */
  readonly demo?: boolean;
}

const key = 'ridetracker.dispatch';
/** A token that is refused so soon after it was renewed, milliseconds: the next one would be, too. */
const hopelessMs = 2000;

export class Session {
  readonly #oidc: Oidc | undefined;
  readonly #onLost: () => void;
  #kept: Kept | undefined;
  #renewal: Promise<boolean> | undefined;
  #renewedAtMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: ((token: string) => void)[] = [];

  constructor(oidc: Oidc | undefined, onLost: () => void) {
    this.#oidc = oidc;
    this.#onLost = onLost;
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Kept | null;
      if (kept && typeof kept.token === 'string') this.#kept = kept;
    } catch {
      // What is there is not ours.
    }
    this.#schedule();
  }

  get signedIn(): boolean {
    return this.#kept !== undefined;
  }

  get token(): string | undefined {
    return this.#kept?.token;
  }

  /** Takes a token from now on, and hands it to whoever waits for one. */
  accept(kept: Kept): void {
    this.#kept = kept;
    sessionStorage.setItem(key, JSON.stringify(kept));
    this.#schedule();
    for (const resolve of this.#waiting.splice(0)) resolve(kept.token);
  }

  signOut(): void {
    this.#kept = undefined;
    clearTimeout(this.#timer);
    sessionStorage.removeItem(key);
  }

  /** A token other than one that was refused. Without one it waits until somebody has signed in again. */
  async get(refused?: string): Promise<string> {
    if (this.#kept && this.#kept.token !== refused) return this.#kept.token;
    const hopeless = performance.now() - this.#renewedAtMs < hopelessMs;
    if (this.#kept && !hopeless && (await this.#renew()) && this.#kept.token !== refused) return this.#kept.token;
    if (this.#kept) {
      this.signOut();
      this.#onLost();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#kept?.demo || this.#kept?.refresh) this.#timer = renewalTimer(this.#kept.token, () => void this.#renew());
  }

  #renew(): Promise<boolean> {
    this.#renewal ??= this.#fetchNext()
      // The network is away: the token that is there serves until it ends, and the next refusal asks again.
      .then((renewed) => {
        if (renewed) this.#renewedAtMs = performance.now();
        return renewed;
      })
      .catch(() => false)
      .finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #fetchNext(): Promise<boolean> {
    const { refresh, demo } = this.#kept ?? {};
    if (demo) {
      const response = await fetch('/demo/token?role=dispatcher', { cache: 'no-store' });
      if (!response.ok) return false;
      this.accept({ token: ((await response.json()) as { token: string }).token, demo: true });
      return true;
    }
    const grant = refresh === undefined ? undefined : await this.#oidc?.renew(refresh);
    if (!grant) return false;
    this.accept(grant);
    return true;
  }
}

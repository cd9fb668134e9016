/** Keeps one page's token: reads its claims, and asks the demo for the next one before it ends. */

export interface Claims {
  /** Whose it is: for a driver's token, the driver. */
  readonly sub?: string;
  readonly trip?: string;
  readonly role?: string;
  /** Unix milliseconds. */
  readonly expiresMs?: number;
}

/** What a JWT says, unverified (the server verifies), or undefined if it is none. */
export function payloadOf(jwt: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const part = (jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    const payload: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The claims of it that pages use. */
export function claimsOf(token: string): Claims | undefined {
  const payload = payloadOf(token);
  if (!payload) return undefined;
  const { sub, trip, role, exp } = payload;
  return {
    ...(typeof sub === 'string' ? { sub } : {}),
    ...(typeof trip === 'string' ? { trip } : {}),
    ...(typeof role === 'string' ? { role } : {}),
    ...(typeof exp === 'number' ? { expiresMs: exp * 1000 } : {}),
  };
}

/** When to renew: a minute before the end, or after half the time left if that is less. */
export function renewInMs(expiresMs: number, nowMs: number): number {
  const left = Math.max(0, expiresMs - nowMs);
  return left > 120_000 ? left - 60_000 : left / 2;
}

/** Longest delay that `setTimeout` keeps, milliseconds. */
const longestDelayMs = 2 ** 31 - 1;

/** A timer that renews a token before it ends; undefined where it has no end, or none that a timer reaches. */
export function renewalTimer(token: string, renew: () => void): ReturnType<typeof setTimeout> | undefined {
  const expiresMs = claimsOf(token)?.expiresMs;
  if (expiresMs === undefined) return undefined;
  const delayMs = Math.max(1000, renewInMs(expiresMs, Date.now()));
  return delayMs <= longestDelayMs ? setTimeout(renew, delayMs) : undefined;
}

export class TokenKeeper {
  #token: string;
  #handedOut: string | undefined;
  #renewalUrl: string | undefined;
  readonly #onRenewed: (token: string) => void;
  #pending: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** `renewalUrl` answers `{ "token", "expires" }`, or 404 where tokens are not renewed. */
  constructor(token: string, renewalUrl: string, onRenewed: (token: string) => void = () => {}) {
    this.#token = token;
    this.#renewalUrl = renewalUrl;
    this.#onRenewed = onRenewed;
    this.#schedule();
  }

  /** The token to use, or another one if the server refused the last. */
  async get(why: { readonly refused: boolean }): Promise<string> {
    if (why.refused && this.#handedOut === this.#token) await this.#renew();
    this.#handedOut = this.#token;
    return this.#token;
  }

  /** Renews no more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#renewalUrl && !this.#closed) this.#timer = renewalTimer(this.#token, () => void this.#renew());
  }

  #renew(): Promise<void> {
    this.#pending ??= this.#fetch().finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  async #fetch(): Promise<void> {
    if (!this.#renewalUrl) return;
    try {
      const response = await fetch(this.#renewalUrl, { cache: 'no-store' });
      if (response.ok) {
        this.#token = ((await response.json()) as { token: string }).token;
        this.#onRenewed(this.#token);
      } else if (response.status < 500) this.#renewalUrl = undefined;
    } catch {
      // The network is away: the token that is there serves until it ends, and the next refusal asks again.
    }
    this.#schedule();
  }
}

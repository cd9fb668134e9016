/** Tells Records whether the driver is on duty, and keeps telling until it has heard. */

/** Between two tries, milliseconds. */
const againMs = 5000;

export type DutyAnswer = 'told' | 'busy' | 'later';

export class Duty {
  readonly #url: string;
  readonly #getToken: () => Promise<string>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #telling: AbortController | undefined;

  constructor(server: string, driver: string, getToken: () => Promise<string>) {
    this.#url = new URL(`/v1/drivers/${encodeURIComponent(driver)}/duty`, server).href;
    this.#getToken = getToken;
  }

  /** `busy`: a driver on a trip can't go off duty. `later`: nobody answered, and it is told again by itself. */
  async set(on: boolean): Promise<DutyAnswer> {
    clearTimeout(this.#timer);
    // What is said now counts: what was being said before is not told again.
    this.#telling?.abort();
    const { signal } = (this.#telling = new AbortController());
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { Authorization: `Bearer ${await this.#getToken()}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ on }),
        signal,
      });
      if (response.status === 409) return 'busy';
      // A node without Records knows no duty: there is nobody to tell.
      if (response.ok || response.status < 500) return 'told';
    } catch {
      // The network is away.
    }
    if (!signal.aborted) this.#timer = setTimeout(() => void this.set(on), againMs);
    return 'later';
  }
}

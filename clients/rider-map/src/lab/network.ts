/** A network that can be made bad for the lab's own connections: slow, or cut for a while. The browser's is left alone. */

/** What a slow network adds to each way, milliseconds. */
export const slowWayMs = 400;
/** How long a cut lasts, milliseconds. */
export const cutMs = 5000;

export type Condition = 'good' | 'slow' | 'cut';

export class Network {
  readonly #breakers = new Set<() => void>();
  readonly #onChange: () => void;
  #slow = false;
  #cutTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(onChange: () => void = () => {}) {
    this.#onChange = onChange;
  }

  get condition(): Condition {
    return this.#cutTimer !== undefined ? 'cut' : this.#slow ? 'slow' : 'good';
  }

  get down(): boolean {
    return this.#cutTimer !== undefined;
  }

  set(condition: 'good' | 'slow'): void {
    this.#slow = condition === 'slow';
    this.#onChange();
  }

  /** Breaks everything that is open, and lets nothing through for a while. */
  cut(): void {
    clearTimeout(this.#cutTimer);
    this.#cutTimer = setTimeout(() => {
      this.#cutTimer = undefined;
      this.#onChange();
    }, cutMs);
    for (const break_ of [...this.#breakers]) break_();
    this.#onChange();
  }

  /** Calls `break_` when the network is cut, until the returned function is called. */
  onCut(break_: () => void): () => void {
    this.#breakers.add(break_);
    return () => this.#breakers.delete(break_);
  }

  /** One way over the network. */
  way(): Promise<void> {
    return this.#slow ? new Promise((resolve) => setTimeout(resolve, slowWayMs)) : Promise.resolve();
  }
}

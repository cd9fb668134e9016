/** Keeps the screen on while the car is driven: a phone that sleeps sends nothing. */

export class WakeLock {
  readonly #onChange: (held: boolean) => void;
  #lock: WakeLockSentinel | undefined;
  #wanted = false;

  constructor(onChange: (held: boolean) => void) {
    this.#onChange = onChange;
    // A page that was hidden has lost it.
    document.addEventListener('visibilitychange', () => void this.#take());
  }

  hold(): void {
    this.#wanted = true;
    void this.#take();
  }

  release(): void {
    this.#wanted = false;
    void this.#lock?.release();
    this.#lock = undefined;
  }

  async #take(): Promise<void> {
    if (!this.#wanted || document.visibilityState !== 'visible' || (this.#lock && !this.#lock.released)) return;
    try {
      const lock = await navigator.wakeLock.request('screen');
      // No longer wanted, or had twice.
      if (!this.#wanted || (this.#lock && !this.#lock.released)) return void lock.release();
      this.#lock = lock;
      this.#lock.addEventListener('release', () => this.#onChange(false), { once: true });
      this.#onChange(true);
    } catch {
      // Not to be had here, or not with so little battery.
      this.#onChange(false);
    }
  }
}

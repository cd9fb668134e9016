/** Asks the worker where a silent car can be; one question at a time, the newest of those that wait. */
import type { LngLat } from '../map/geo.js';
import { startReachWorker } from '../map/workers.js';
import type { ReachedStreet } from './reach.js';
import type { Answer, Question } from './reach-worker.js';

export class ReachFinder {
  readonly #worker: Worker;
  #asked = false;
  #next: Question | undefined;

  /** `town` is the address of the streets. `onFailed`: they can't be had, and nothing more comes. */
  constructor(town: string, onStreets: (streets: readonly ReachedStreet[]) => void, onFailed: () => void) {
    this.#worker = startReachWorker();
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('failed' in data) {
        this.close();
        return onFailed();
      }
      this.#asked = false;
      onStreets(data.streets);
      const next = this.#next;
      this.#next = undefined;
      if (next) this.#ask(next);
    };
    this.#worker.onerror = () => {
      this.close();
      onFailed();
    };
    this.#worker.postMessage({ town } satisfies Question);
  }

  ask(start: LngLat, heading: number | undefined, meters: number): void {
    const question = { start: { lng: start.lng, lat: start.lat }, heading, meters };
    if (this.#asked) this.#next = question;
    else this.#ask(question);
  }

  close(): void {
    this.#worker.terminate();
  }

  #ask(question: Question): void {
    this.#asked = true;
    this.#worker.postMessage(question);
  }
}

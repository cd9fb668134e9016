/** A car for those who sit at a desk: drives along the streets to wherever the map is tapped, and reports as a receiver would. */
import { ahead, bearingDegrees, distanceMeters, rounded, type LngLat } from '../map/geo.js';
import type { Advice, DriverFix } from './fix.js';
import { FixGate, type FixSource, type GpsEvents } from './gps.js';

const tickMs = 500;
const cruiseMps = 13;
/** How fast it can gain speed, metres per second in a second. */
const gainMps = 2.5;
/** It is this slow in a bend, metres per second. */
const bendMps = 5;

/** Moves along a way, slower in bends and at the end. Pure. */
export class SimulatedCar {
  #at: LngLat;
  #way: LngLat[] = [];
  #speed = 0;
  #heading = 0;

  constructor(at: LngLat) {
    this.#at = at;
  }

  get at(): LngLat {
    return this.#at;
  }

  get speed(): number {
    return this.#speed;
  }

  get heading(): number {
    return this.#heading;
  }

  /** What is left of the way, from the car on. */
  get way(): readonly LngLat[] {
    return this.#way.length > 0 ? [this.#at, ...this.#way] : [];
  }

  drive(way: readonly LngLat[]): void {
    this.#way = way.slice(1);
  }

  step(seconds: number): void {
    const next = this.#way[0];
    if (!next) {
      this.#speed = 0;
      return;
    }
    const toBend = distanceMeters(this.#at, next);
    const into = this.#way.length > 1 ? bendMps : 0;
    // As fast as it can still brake to what the next bend, or the end, allows.
    const allowed = Math.sqrt(into * into + 2 * gainMps * toBend);
    this.#speed = Math.max(1, Math.min(cruiseMps, this.#speed + gainMps * seconds, allowed));
    let left = this.#speed * seconds;
    while (this.#way[0]) {
      const meters = distanceMeters(this.#at, this.#way[0]);
      if (meters > 0.1) this.#heading = bearingDegrees(this.#at, this.#way[0]);
      if (left < meters) {
        this.#at = ahead(this.#at, this.#heading, left);
        return;
      }
      left -= meters;
      this.#at = this.#way.shift()!;
    }
    this.#speed = 0;
  }
}

export class Simulator implements FixSource {
  readonly car: SimulatedCar;
  readonly #events: GpsEvents;
  readonly #gate = new FixGate();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(at: LngLat, events: GpsEvents) {
    this.car = new SimulatedCar(at);
    this.#events = events;
  }

  start(): void {
    this.stop();
    this.#report();
    this.#timer = setInterval(() => {
      this.car.step(tickMs / 1000);
      this.#report();
    }, tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  advise(advice: Advice): void {
    this.#gate.advise(advice);
  }

  #report(): void {
    const { at, speed, heading } = this.car;
    const fix: DriverFix = { time: Date.now(), lat: rounded(at.lat), lng: rounded(at.lng), accuracy: 4, speed, ...(speed > 0 ? { heading } : {}) };
    if (this.#gate.passes(fix, fix.time)) this.#events.fix(fix);
  }
}

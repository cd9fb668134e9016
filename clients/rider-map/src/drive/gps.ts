/** Where fixes come from: the device's receiver, at the pace that the server advises. */
import { distanceMeters } from '../map/geo.js';
import type { Advice, DriverFix } from './fix.js';

export type GpsTrouble = 'denied' | 'unavailable' | 'timeout' | 'insecure' | 'missing';

export interface GpsEvents {
  fix(fix: DriverFix): void;
  trouble(trouble: GpsTrouble): void;
}

export interface FixSource {
  start(): void;
  stop(): void;
  advise(advice: Advice): void;
}

export const usualAdvice: Advice = { intervalMs: 2000, minDistance: 0 };

/** A car that stands gives no news of itself: it is asked after so long, milliseconds, so that it is not taken for lost. */
const heartbeatMs = 5000;
/** A receiver is a little early or late, milliseconds. */
const slackMs = 250;
/** A fix that came too early is looked at again after so long, milliseconds. */
const heldMs = 500;

/** Lets through what is worth reporting. Pure. */
export class FixGate {
  #advice: Advice = usualAdvice;
  #last: DriverFix | undefined;
  #passedAtMs = -Infinity;

  advise(advice: Advice): void {
    this.#advice = advice;
  }

  /** The longest that a standing car keeps silent, milliseconds. */
  get silenceMs(): number {
    return Math.max(heartbeatMs, this.#advice.intervalMs);
  }

  /** A fix that does not pass now may do so later, if no newer one comes. */
  passes(fix: DriverFix, nowMs: number): boolean {
    const sinceMs = nowMs - this.#passedAtMs;
    if (this.#last) {
      // A fix is known by its time: one that is no later than the last one is the last one.
      if (fix.time <= this.#last.time || sinceMs < this.#advice.intervalMs - slackMs) return false;
      if (distanceMeters(this.#last, fix) < this.#advice.minDistance && sinceMs < this.silenceMs - slackMs) return false;
    }
    this.#last = fix;
    this.#passedAtMs = nowMs;
    return true;
  }
}

interface BatteryManager {
  readonly level: number;
  readonly charging: boolean;
}

export interface Battery {
  readonly battery?: number;
  readonly charging?: boolean;
}

/** What the device says of its battery; nothing where it does not tell. */
export async function batteryNow(): Promise<Battery> {
  try {
    const manager = await (navigator as Navigator & { getBattery?: () => Promise<BatteryManager> }).getBattery?.();
    return manager ? { battery: Math.round(manager.level * 100) / 100, charging: manager.charging } : {};
  } catch {
    return {};
  }
}

export class Gps implements FixSource {
  readonly #events: GpsEvents;
  readonly #gate = new FixGate();
  #watch: number | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #heardAtMs = 0;
  /** The newest fix, if it came too early to be reported. */
  #held: DriverFix | undefined;
  #battery: Battery = {};

  constructor(events: GpsEvents) {
    this.#events = events;
  }

  start(): void {
    if (!isSecureContext) return this.#events.trouble('insecure');
    // Switched off by a setting, some browsers leave the name there with nothing behind it.
    if (!(navigator as { geolocation?: Geolocation }).geolocation) return this.#events.trouble('missing');
    this.stop();
    const options: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 20_000 };
    const hear = (position: GeolocationPosition): void => this.#hear(position);
    const fail = ({ code }: GeolocationPositionError): void =>
      this.#events.trouble(code === 1 ? 'denied' : code === 3 ? 'timeout' : 'unavailable');
    this.#watch = navigator.geolocation.watchPosition(hear, fail, options);
    this.#heartbeat = setInterval(() => {
      if (this.#held) this.#offer(this.#held);
      else if (Date.now() - this.#heardAtMs >= this.#gate.silenceMs) {
        // Asked once in so long; that there is no answer shows as an old fix.
        this.#heardAtMs = Date.now();
        navigator.geolocation.getCurrentPosition(hear, () => {}, options);
      }
    }, heldMs);
  }

  stop(): void {
    if (this.#watch !== undefined) navigator.geolocation.clearWatch(this.#watch);
    clearInterval(this.#heartbeat);
    this.#watch = this.#held = undefined;
  }

  advise(advice: Advice): void {
    this.#gate.advise(advice);
  }

  #hear({ coords, timestamp }: GeolocationPosition): void {
    const nowMs = Date.now();
    this.#heardAtMs = nowMs;
    const { latitude: lat, longitude: lng, accuracy, speed, heading } = coords;
    // Some devices count from when they were switched on; a receiver's time that is far from the clock's is not taken.
    const time = Math.abs(nowMs - timestamp) < 60_000 ? Math.round(timestamp) : nowMs;
    const fix: DriverFix = {
      time,
      lat,
      lng,
      accuracy,
      ...(speed !== null && speed >= 0 ? { speed } : {}),
      ...(heading !== null && heading >= 0 && heading <= 360 && (speed ?? 1) > 0.5 ? { heading } : {}),
      ...this.#battery,
    };
    this.#offer(fix);
    void batteryNow().then((battery) => (this.#battery = battery));
  }

  #offer(fix: DriverFix): void {
    const passes = this.#gate.passes(fix, Date.now());
    this.#held = passes ? undefined : fix;
    if (passes) this.#events.fix(fix);
  }
}

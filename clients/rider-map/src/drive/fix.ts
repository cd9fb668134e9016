/** What a phone and the driver's door say to each other (docs/protocol.md, section 2). */
import type { LngLat } from '../map/geo.js';

/** One measurement of where the car is; known by its `time` alone. */
export interface DriverFix extends LngLat {
  /** Unix milliseconds. */
  readonly time: number;
  /** Metres. */
  readonly accuracy?: number;
  /** Metres per second. */
  readonly speed?: number;
  /** Degrees clockwise from north, 0 to 360. */
  readonly heading?: number;
  /** 0 to 1. */
  readonly battery?: number;
  readonly charging?: boolean;
}

export interface Rejection {
  readonly report: number;
  readonly index: number;
  readonly reason: string;
}

export interface Advice {
  readonly intervalMs: number;
  /** Metres to have moved before a fix is worth sending; 0: send all. */
  readonly minDistance: number;
}

export interface Ack {
  /** Settles all reports of this connection up to this number. */
  readonly reports: number;
  readonly rejected?: readonly Rejection[];
  readonly now: number;
  readonly hub?: string;
  readonly advice?: Advice;
}

export interface Place extends LngLat {
  readonly label?: string;
}

export interface DriverTrip {
  readonly id: string;
  readonly status: string;
  readonly pickup: Place;
  readonly dropoff: Place;
}

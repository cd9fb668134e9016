/** What the worker that reads the stream tells the page: columns, so that ten thousand cars are handed over without one object. */
import type { End, Status, Strategy } from '@ridetracker/rider-client';
import type { Box } from '../map/geo.js';

/** Bits of a car's `kind`. */
export const busyBit = 1;
export const staleBit = 2;

/** Rows that changed. A slot is a car's place in the page's columns, for as long as it is in view. */
export interface FleetRows {
  readonly slots: Uint32Array;
  /** Mercator, 0 to 1. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Degrees clockwise from north; NaN: not known. */
  readonly heading: Float32Array;
  /** Metres per second; NaN: not known. */
  readonly speed: Float32Array;
  /** Unix milliseconds of the fix. */
  readonly time: Float64Array;
  readonly kind: Uint8Array;
}

export interface FleetDelta {
  readonly rows: FleetRows;
  /** Cars that came into view, with the slots that they have from now on. */
  readonly added: readonly (readonly [slot: number, id: string])[];
  readonly gone: readonly number[];
  /** Cars in view. */
  readonly size: number;
}

export type ToPage =
  | { readonly type: 'fleet'; readonly delta: FleetDelta; readonly box: Box }
  | { readonly type: 'status'; readonly status: Status; readonly pollIntervalMs: number }
  | { readonly type: 'end'; readonly end: End }
  | { readonly type: 'token'; readonly ask: number; readonly refused: boolean };

export type ToWorker =
  | { readonly type: 'watch'; readonly url: string; readonly box: Box; readonly strategy: Strategy | 'auto' }
  | { readonly type: 'use'; readonly strategy: Strategy | 'auto' }
  | { readonly type: 'retry' }
  | { readonly type: 'token'; readonly ask: number; readonly token: string | undefined };

/** The words of the wire contract (protocol.md sections 1 and 3), as types. */

/** How a state is delivered. The names are those of `/v1/capabilities`. */
export type Strategy = 'sse' | 'websocket' | 'long-poll' | 'poll';

/** What this client prefers while the server has not said otherwise. */
export const defaultStrategies: readonly Strategy[] = ['sse', 'websocket', 'long-poll', 'poll'];

export type TripStatus =
  | 'new'
  | 'enroute-to-pickup'
  | 'arrived-at-pickup'
  | 'enroute-to-dropoff'
  | 'complete'
  | 'canceled';

/** `[lng, lat, time]`: degrees WGS 84 and Unix milliseconds. */
export type PathPoint = readonly [lng: number, lat: number, time: number];

export interface Place {
  readonly lat: number;
  readonly lng: number;
  readonly label?: string;
}

/** A place, heading in degrees clockwise from north, speed in m/s, accuracy in metres, time in Unix milliseconds. */
export interface VehiclePosition {
  readonly lat: number;
  readonly lng: number;
  readonly heading?: number;
  readonly speed?: number;
  readonly accuracy?: number;
  readonly time: number;
}

/** Everything there is to know about one trip now. The latest replaces all before it. */
export interface TripState {
  readonly cursor: string;
  readonly trip: string;
  readonly status: TripStatus;
  readonly version: number;
  readonly vehicle?: VehiclePosition;
  readonly path?: readonly PathPoint[];
  readonly stale?: boolean;
  readonly lastHeard?: number;
  readonly eta?: { readonly seconds: number; readonly distance?: number };
  readonly route?: number;
  readonly pickup?: Place;
  readonly dropoff?: Place;
  readonly driver?: { readonly name?: string; readonly vehicle?: string; readonly plate?: string };
  readonly nextUpdateMs?: number;
  readonly reset?: boolean;
}

export interface Vehicle {
  readonly id: string;
  readonly lat: number;
  readonly lng: number;
  readonly heading?: number;
  readonly speed?: number;
  readonly time: number;
  readonly status: 'idle' | 'busy';
  readonly stale?: boolean;
}

/** One message of a viewport as it is on the wire: all vehicles (`whole`), or what changed. */
export interface ViewportMessage {
  readonly cursor: string;
  readonly whole?: boolean;
  readonly vehicles?: readonly Vehicle[];
  readonly gone?: readonly string[];
  readonly reset?: boolean;
}

/** What a viewport's watcher gets: always every vehicle in view, messages already merged. */
export interface ViewportState {
  readonly cursor: string;
  readonly vehicles: ReadonlyMap<string, Vehicle>;
  readonly reset?: boolean;
  /** The interval that was asked for, if one was: no later than this the next one comes while cars move, milliseconds. */
  readonly nextUpdateMs?: number;
}

export interface Capabilities {
  readonly strategies: readonly Strategy[];
  /** Longest `Prefer: wait`, seconds. */
  readonly maxWaitSeconds: number;
  /** Time between two short polls, milliseconds. */
  readonly pollIntervalMs: number;
  /** A stream is never silent for longer than this, seconds. */
  readonly aliveSeconds: number;
  /** The server's clock when it answered, Unix milliseconds. */
  readonly now?: number;
}

/** What is assumed until `/v1/capabilities` has answered. */
export const defaultCapabilities: Capabilities = {
  strategies: defaultStrategies,
  maxWaitSeconds: 25,
  pollIntervalMs: 2000,
  aliveSeconds: 15,
};

/** Why a watch is over. */
export type EndReason =
  | 'trip-complete'
  | 'trip-canceled'
  | 'trip-over' // over, and the server could not say how
  | 'token-expired'
  | 'token-revoked'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'refused' // the server will not have this request: 4xx, 1008, 1009
  | 'closed'; // by the caller

export interface End {
  readonly reason: EndReason;
  readonly status?: TripStatus;
  readonly detail?: string;
}

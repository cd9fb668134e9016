/** Who the drivers are and which trips go on, as Records knows: read once, then kept true by its events. */
import type { Place, TripStatus } from '@ridetracker/rider-client';
import { ApiError, type Api } from './api.js';
import type { RecordsEvent } from './event-feed.js';

export interface Driver {
  readonly id: string;
  readonly name?: string;
  readonly vehicle?: string;
  readonly plate?: string;
}

/** Of a trip, what a dispatcher needs; times in Unix milliseconds. */
export interface Trip {
  readonly id: string;
  readonly status: TripStatus;
  readonly version: number;
  readonly pickup: Place;
  readonly dropoff: Place;
  readonly driver?: string;
  readonly queued?: boolean;
  readonly route?: { readonly version: number; readonly seconds: number };
  readonly created: number;
  readonly assigned?: number;
  readonly arrived?: number;
  readonly started?: number;
  readonly ended?: number;
}

const goingOn: readonly TripStatus[] = ['new', 'enroute-to-pickup', 'arrived-at-pickup', 'enroute-to-dropoff'];
/** No more than so many are held of each. */
const driversLimit = 50_000;
const tripsLimit = 50_000;
/** Trips that are read again at a time; more changed ones wait, and beyond `changesLimit` all are read anew. */
const readersLimit = 4;
const changesLimit = 2000;
/** How long a list that could not be read waits, milliseconds. */
const againMs = 5000;

export class Directory {
  readonly drivers = new Map<string, Driver>();
  readonly trips = new Map<string, Trip>();
  /** The trip that a driver is on. */
  readonly tripOf = new Map<string, Trip>();
  /** When a driver's last trip ended, as far as this page saw it; Unix milliseconds. */
  readonly idleSince = new Map<string, number>();
  /** Changes with everything that is learned. */
  version = 0;
  readonly #api: Api;
  readonly #onAway: (away: boolean) => void;
  readonly #changed = new Set<string>();
  /** Trips that are being read. */
  readonly #inHand = new Set<string>();
  #reading: AbortController | undefined;
  /** Trips that were learned of while all were being read: the list may be older than what is known of them. */
  #meanwhile: Set<string> | undefined;

  /** `onAway`: Records can't be read now, or can again. */
  constructor(api: Api, onAway: (away: boolean) => void) {
    this.#api = api;
    this.#onAway = onAway;
  }

  get unassigned(): Trip[] {
    return [...this.trips.values()].filter((trip) => trip.status === 'new').sort((a, b) => a.created - b.created);
  }

  /** Reads all of it, from the beginning, until it succeeds. */
  async load(): Promise<void> {
    this.#reading?.abort();
    const { signal } = (this.#reading = new AbortController());
    this.#changed.clear();
    while (!signal.aborted) {
      try {
        await this.#readAll(signal);
        this.#onAway(false);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        this.#onAway(true);
        await new Promise((resolve) => setTimeout(resolve, againMs));
      }
    }
  }

  take(event: RecordsEvent): void {
    if (event.kind !== 'trip-status' && event.kind !== 'arrival') return;
    if (event.trip === undefined) return;
    this.#changed.add(event.trip);
    if (this.#changed.size > changesLimit) void this.load();
    else this.#readChanged();
  }

  /** A trip as an answer to a command has it. */
  put(trip: Trip): void {
    const known = this.trips.get(trip.id);
    if (known && known.version > trip.version) return;
    this.#meanwhile?.add(trip.id);
    if (known?.driver !== undefined && this.tripOf.get(known.driver)?.id === trip.id) this.tripOf.delete(known.driver);
    if (goingOn.includes(trip.status)) {
      this.trips.set(trip.id, trip);
      if (trip.driver !== undefined && !trip.queued) this.tripOf.set(trip.driver, trip);
    } else {
      this.trips.delete(trip.id);
      if (trip.driver !== undefined) this.idleSince.set(trip.driver, trip.ended ?? Date.now());
    }
    this.version++;
    if (trip.driver !== undefined && !this.drivers.has(trip.driver)) void this.#readDriver(trip.driver);
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    const trips: Trip[] = [];
    const meanwhile = (this.#meanwhile = new Set<string>());
    const readTrips = (async () => {
      for (const status of goingOn) await this.#api.pages<Trip>(`/v1/trips?status=${status}`, tripsLimit, (page) => trips.push(...page), signal);
    })();
    const readDrivers = this.#api.pages<Driver>(
      '/v1/drivers',
      driversLimit,
      (page) => {
        for (const driver of page) this.#putDriver(driver);
        this.version++;
      },
      signal,
    );
    await Promise.all([readTrips, readDrivers]);
    if (this.#meanwhile === meanwhile) this.#meanwhile = undefined;
    const listed = new Set(trips.map(({ id }) => id));
    for (const [id, trip] of this.trips) {
      if (listed.has(id) || meanwhile.has(id)) continue;
      this.trips.delete(id);
      if (trip.driver !== undefined && this.tripOf.get(trip.driver)?.id === id) this.tripOf.delete(trip.driver);
    }
    // One that ended meanwhile does not come back.
    for (const trip of trips) if (!meanwhile.has(trip.id) || this.trips.has(trip.id)) this.put(trip);
    this.version++;
  }

  #readChanged(): void {
    for (const id of this.#changed) {
      if (this.#inHand.size >= readersLimit) return;
      // One that is being read is read again after that: of two answers the older could come last.
      if (this.#inHand.has(id)) continue;
      this.#changed.delete(id);
      this.#inHand.add(id);
      void this.#readTrip(id).finally(() => {
        this.#inHand.delete(id);
        this.#readChanged();
      });
    }
  }

  async #readTrip(id: string): Promise<void> {
    try {
      this.put(await this.#api.json<Trip>(`/v1/trips/${encodeURIComponent(id)}`));
      this.#onAway(false);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 0 || error.status >= 500) this.#onAway(true);
    }
  }

  async #readDriver(id: string): Promise<void> {
    this.drivers.set(id, { id });
    try {
      this.#putDriver(await this.#api.json<Driver>(`/v1/drivers/${encodeURIComponent(id)}`));
      this.version++;
    } catch (error) {
      // Its id stands for it.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** Only what is shown is kept: an answer has more. */
  #putDriver({ id, name, vehicle, plate }: Driver): void {
    this.drivers.set(id, { id, ...(name ? { name } : {}), ...(vehicle ? { vehicle } : {}), ...(plate ? { plate } : {}) });
  }
}

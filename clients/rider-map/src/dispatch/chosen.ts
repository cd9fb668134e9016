/** The car or trip that was chosen: its details, its way ahead, its trail, and what is done with it. */
import { watchTrip, type TripState, type TripWatch } from '@ridetracker/rider-client';
import { distanceMeters, type LngLat } from '../map/geo.js';
import { ApiError, type Api } from './api.js';
import { DetailView, type Option } from './detail-view.js';
import { carDetail, tripDetail } from './detail-words.js';
import type { Directory, Trip } from './directory.js';
import type { DispatchMap } from './dispatch-map.js';
import type { FleetTable } from './fleet-table.js';
import { nextStop } from './judge.js';
import { lineFeatures } from './layers.js';
import type { Session } from './session.js';
import { Trail, trailMs } from './trail.js';
import { TrailView } from './trail-view.js';
import type { Units } from '../page/units.js';
import { assign, cancel, waitingTrips, nearestDrivers } from './commands.js';

export type Choice = { readonly type: 'car'; readonly id: string } | { readonly type: 'trip'; readonly id: string };

export interface ChosenParts {
  readonly table: FleetTable;
  readonly directory: Directory;
  readonly map: DispatchMap;
  readonly api: Api;
  readonly session: Session;
  readonly units: Units;
  /** The server's clock, Unix milliseconds. */
  now(): number;
  /** Something was chosen, or nothing any more, or a command has changed what the list shows. */
  changed(): void;
  close(): void;
  /** What must be read although its card is gone. */
  say(text: string): void;
}

/** A trail is asked for what came since so often, milliseconds. */
const trailEveryMs = 5000;
/** The part of the trail before the car that is drawn strongly, milliseconds. */
const nearTrailMs = 3 * 60_000;

export class Chosen {
  readonly detail: DetailView;
  readonly trailView: TrailView;
  readonly #parts: ChosenParts;
  #choice: Choice | undefined;
  #trip: TripState | undefined;
  #watch: TripWatch | undefined;
  #watched: string | undefined;
  #route: { key: string; line: [number, number][] } | undefined;
  #trail: Trail | undefined;
  #trailAskedMs = 0;
  #over = new AbortController();

  constructor(parts: ChosenParts) {
    this.#parts = parts;
    this.detail = new DetailView({
      close: () => parts.close(),
      follow: () => parts.map.follow(!parts.map.following),
      cancel: () => this.#command(async () => cancel(parts.api, parts.directory, this.#currentTrip)),
      options: () => this.#options(),
      assign: (option) => this.#assign(option),
    });
    this.trailView = new TrailView(parts.units, { seek: () => this.#drawTrail() });
  }

  get choice(): Choice | undefined {
    return this.#choice;
  }

  /** The stream of its trip, if it has one. */
  get live(): TripState | undefined {
    return this.#trip;
  }

  get trail(): Trail | undefined {
    return this.#trail;
  }

  choose(choice: Choice | undefined): void {
    if (choice?.id === this.#choice?.id) return;
    const { map, directory } = this.#parts;
    this.#over.abort();
    this.#over = new AbortController();
    this.#choice = choice;
    map.follow(false);
    this.#unwatch();
    this.#trail = choice?.type === 'car' ? new Trail() : undefined;
    this.#trailAskedMs = -Infinity;
    this.trailView.open(this.#trail);
    this.#drawTrail();
    if (!choice) {
      map.choose(undefined, '');
      map.setStop('pickup', undefined);
      return this.detail.close();
    }
    const driver = directory.drivers.get(choice.id);
    map.choose(choice.type === 'car' ? choice.id : undefined, driver?.plate ?? driver?.name ?? choice.id);
    this.detail.open();
    this.tick();
    void this.#bring(choice);
  }

  /** Once a second, and with each change of the directory. */
  tick(): void {
    const choice = this.#choice;
    if (!choice) return;
    const { directory, table, units, map } = this.#parts;
    const trip = this.#currentTrip;
    // Assigned or cancelled, by this page or by another: what was a waiting trip is now the car's, or nothing.
    if (choice.type === 'trip' && trip?.status !== 'new') return this.#follow(trip);
    this.#watchTrip(trip);
    const detail =
      choice.type === 'car'
        ? carDetail(choice.id, table, directory, this.#trip, units, this.#parts.now())
        : tripDetail(trip!, units, this.#parts.now());
    this.detail.draw({ ...detail, following: map.following });
    const stop = trip && nextStop(trip);
    map.setStop(stop?.kind ?? 'pickup', stop?.place);
    this.#drawAhead(trip);
    if (this.#trail && performance.now() - this.#trailAskedMs > trailEveryMs) void this.#readTrail(choice.id, this.#trail);
    if (this.#trail) this.trailView.draw(this.#parts.now());
  }

  get #currentTrip(): Trip | undefined {
    const { directory } = this.#parts;
    if (!this.#choice) return undefined;
    return this.#choice.type === 'car' ? directory.tripOf.get(this.#choice.id) : directory.trips.get(this.#choice.id);
  }

  #follow(trip: Trip | undefined): void {
    if (trip?.driver === undefined) return this.#parts.close();
    this.choose({ type: 'car', id: trip.driver });
    this.#parts.changed();
  }

  /** A car that is in view is brought to the free middle; one that is not is looked for. */
  async #bring(choice: Choice): Promise<void> {
    const { map, directory } = this.#parts;
    if (choice.type === 'trip') {
      const trip = directory.trips.get(choice.id);
      return trip && map.bring(trip.pickup);
    }
    const place = map.placeOf(choice.id);
    if (place) return map.bring(place);
    const fromMs = this.#parts.now() - trailMs;
    try {
      const trail = new Trail();
      trail.add(await this.#askTrail(choice.id, fromMs), this.#parts.now());
      const last = trail.fixes[trail.fixes.length - 1];
      if (this.#choice?.id === choice.id && last) map.bring(last, true);
    } catch (error) {
      // Its details say that it is not in view.
      if (!(error instanceof ApiError) && !(error instanceof DOMException)) throw error;
    }
  }

  #watchTrip(trip: Trip | undefined): void {
    const id = trip && trip.status !== 'new' ? trip.id : undefined;
    if (id === this.#watched) return;
    this.#unwatch();
    this.#watched = id;
    if (id === undefined) return;
    let handed: string | undefined;
    const watch = (this.#watch = watchTrip(new URL(`/v1/trips/${encodeURIComponent(id)}/live`, location.href), {
      getToken: async ({ refused }) => (handed = await this.#parts.session.get(refused ? handed : undefined)),
    }));
    watch.on('state', (state) => {
      this.#trip = state;
      void this.#readRoute(state);
    });
  }

  #unwatch(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#watched = undefined;
    this.#trip = undefined;
    this.#route = undefined;
    this.#parts.map.setData('ahead', lineFeatures([]));
  }

  async #readRoute({ trip, route }: TripState): Promise<void> {
    const key = route === undefined ? undefined : `${trip} ${route}`;
    if (key === undefined) this.#route = undefined;
    if (key === undefined || this.#route?.key === key) return;
    this.#route = { key, line: [] };
    try {
      const { line } = await this.#parts.api.json<{ line: [number, number][] }>(`/v1/trips/${encodeURIComponent(trip)}/route`, { signal: this.#over.signal });
      if (this.#route.key === key) this.#route = { key, line };
    } catch (error) {
      // No way is drawn where none is known.
      if (!(error instanceof ApiError) && !(error instanceof DOMException)) throw error;
    }
  }

  #drawAhead(trip: Trip | undefined): void {
    const line = this.#route?.line ?? [];
    const car = this.#choice && this.#parts.map.placeOf(this.#choice.id);
    const shown = trip && car && line.length > 1 && this.trailView.atMs === undefined ? wayFrom(car, line) : [];
    this.#parts.map.setData('ahead', lineFeatures([shown]));
  }

  #askTrail(id: string, fromMs: number): Promise<GeoJSON.FeatureCollection> {
    return this.#parts.api.json(`/v1/drivers/${encodeURIComponent(id)}/trail?from=${Math.floor(fromMs)}`, {
      headers: { Accept: 'application/geo+json' },
      signal: this.#over.signal,
    });
  }

  async #readTrail(id: string, trail: Trail): Promise<void> {
    this.#trailAskedMs = performance.now();
    const nowMs = this.#parts.now();
    try {
      const first = trail.lastMs === undefined;
      trail.add(await this.#askTrail(id, first ? nowMs - trailMs : trail.lastMs! + 1), nowMs);
      if (this.#trail !== trail) return;
      this.trailView.say(trail.fixes.length === 0 ? 'nothing was recorded in the last 30 min' : 'speed over the last 30 min');
      this.trailView.draw(this.#parts.now());
      this.#drawTrail();
    } catch (error) {
      if (!(error instanceof ApiError)) {
        if (!(error instanceof DOMException)) throw error;
      } else if (this.#trail === trail) this.trailView.say('can’t be read right now');
    }
  }

  #drawTrail(): void {
    const { map } = this.#parts;
    const atMs = this.trailView.atMs;
    const endMs = atMs ?? this.#parts.now();
    map.setData('trail', lineFeatures(this.#trail?.lines(0, Infinity) ?? []));
    map.setData('trail-near', lineFeatures(this.#trail?.lines(endMs - nearTrailMs, endMs) ?? []));
    const at = atMs === undefined ? undefined : this.#trail?.at(atMs);
    map.replay(atMs === undefined ? undefined : at && !at.unknown ? { lng: at.lng, lat: at.lat, heading: at.heading } : 'unknown');
    if (atMs !== undefined) map.setData('ahead', lineFeatures([]));
  }

  async #options(): Promise<readonly Option[] | string> {
    const { api, directory, units, map } = this.#parts;
    const choice = this.#choice;
    if (!choice) return [];
    try {
      if (choice.type === 'car') return waitingTrips(directory, map.placeOf(choice.id), units, this.#parts.now());
      return await nearestDrivers(api, directory, directory.trips.get(choice.id)?.pickup, units);
    } catch (error) {
      if (error instanceof ApiError) return error.message;
      throw error;
    }
  }

  #assign(option: string): Promise<string | undefined> {
    const { api, directory } = this.#parts;
    const choice = this.#choice;
    const [trip, driver] = choice?.type === 'car' ? [option, choice.id] : [choice?.id, option];
    return this.#command(async () => {
      if (trip !== undefined) await assign(api, directory, trip, driver);
    });
  }

  /** What went wrong, in words; a refusal tells how the trip stands now. */
  async #command(run: () => Promise<void>): Promise<string | undefined> {
    let fault: string | undefined;
    try {
      await run();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const present = error.problem['trip'] as Trip | undefined;
      if (error.status === 409 && present?.id) this.#parts.directory.put(present);
      fault = error.message;
    }
    this.#parts.changed();
    this.tick();
    if (fault !== undefined && !this.#choice) this.#parts.say(fault);
    return fault;
  }
}

/** The way from the car on, as far as it is still ahead. */
function wayFrom(car: LngLat, line: readonly [number, number][]): [number, number][] {
  let nearest = 0;
  let best = Infinity;
  line.forEach(([lng, lat], i) => {
    const meters = distanceMeters(car, { lng, lat });
    if (meters < best) {
      best = meters;
      nearest = i;
    }
  });
  return [[car.lng, car.lat], ...line.slice(Math.min(nearest + 1, line.length - 1))];
}

/** One ride in a root of its own (a page, or a shadow root): watches the trip of a token, and draws it twice a second and on each news. */
import { watchTrip, type End, type Strategy, type TripState, type TripWatch } from '@ridetracker/rider-client';
import { loadMapConfig } from '../map/map-config.js';
import { loadTown } from '../map/town.js';
import type { LngLat } from '../map/geo.js';
import type { Theme } from '../map/theme.js';
import type { Speech } from '../page/i18n/speech.js';
import { StrategyMenu } from '../page/strategy-menu.js';
import { claimsOf, TokenKeeper } from '../page/token.js';
import { isCarTrusted, isOver, phaseOf, type Phase } from './phase.js';
import { reachMeters } from './reach.js';
import { loadRiderMap } from './load-map.js';
import { ReachFinder } from './reach-finder.js';
import type { RiderMap } from './rider-map.js';
import { RiderView } from './rider-view.js';
import { Announcer, riderWords, type Facts } from './words.js';

/** A way that could not be had is asked for again after this, milliseconds. */
const routeRetryMs = 5000;
const drawEveryMs = 500;

export interface RideOptions {
  /** Where RideTracker is, an origin. */
  readonly server: string;
  readonly token: string;
  readonly strategy: Strategy | 'auto';
  readonly speech: Speech;
  readonly theme: Theme;
  /** Asks the demo for the next token before this one ends; where there is no demo it ends. */
  readonly renews: boolean;
  readonly onPhase?: (phase: Phase) => void;
  readonly onState?: (state: TripState) => void;
  readonly onEnd?: (end: End) => void;
  /** The token was renewed. */
  readonly onToken?: (token: string) => void;
  readonly onMapReady?: () => void;
}

/** What tests and other programs may read of a ride: the car as it is drawn, and what it was drawn from. */
export interface RideHook {
  readonly marker: LngLat | undefined;
  /** Where a place is on the map, pixels from its top left. */
  project(place: LngLat): { readonly x: number; readonly y: number } | undefined;
  readonly state: TripState | undefined;
  readonly strategy: string;
  readonly phase: Phase;
  /** Streets that are shown as those where a silent car can be. */
  readonly reached: number;
  /** From the beginning of the navigation until the first state was there, and until the car was drawn, milliseconds. */
  readonly firstStateMs: number | undefined;
  readonly firstPositionMs: number | undefined;
}

export class Ride {
  readonly #options: RideOptions;
  readonly #keeper: TokenKeeper;
  readonly #watch: TripWatch;
  readonly #announcer = new Announcer();
  readonly #menu: StrategyMenu;
  readonly #view: RiderView;
  readonly #over = new AbortController();
  readonly #tripUrl: string;
  #map: RiderMap | undefined;
  #state: TripState | undefined;
  #stateAtMs: number | undefined;
  #cutSinceMs: number | undefined = Date.now();
  #end: End | undefined;
  #phase: Phase = 'loading';
  #skewMs = 0;
  #town: string | undefined;
  #finder: ReachFinder | undefined;
  #reached = 0;
  #routeAgainAtMs = 0;
  #routeShown: number | undefined;
  #firstStateMs: number | undefined;
  #firstPositionMs: number | undefined;

  constructor(root: HTMLElement | ShadowRoot, options: RideOptions) {
    this.#options = options;
    const { server, token, speech, strategy } = options;
    const trip = claimsOf(token)?.trip;
    this.#tripUrl = new URL(`/v1/trips/${encodeURIComponent(trip ?? '')}`, server).href;
    const renewalUrl = new URL(`/demo/token?trip=${encodeURIComponent(trip ?? '')}`, server).href;
    this.#keeper = new TokenKeeper(token, trip !== undefined && options.renews ? renewalUrl : '', options.onToken);
    this.#watch = watchTrip(`${this.#tripUrl}/live`, {
      getToken: (why) => this.#keeper.get(why),
      strategy,
      shown: () => this.#map?.shownTimeMs,
    });
    if (trip === undefined) {
      this.#end = { reason: 'not-found' };
      this.#watch.close();
    }
    this.#menu = new StrategyMenu((choice) => this.#watch.use(choice), speech.t.strategy);
    this.#view = new RiderView(root, this.#menu, speech, {
      retry: () => this.#watch.retryNow(),
      recentre: () => this.#map?.recentre(),
      zoomBy: (steps) => this.#map?.zoomBy(steps),
      panBy: (right, down) => this.#map?.panBy(right, down),
      resized: () => this.#map?.setPadding(this.#view.padding()),
    });
    this.#listen();
    this.#draw();
    void this.#startMap();
  }

  get hook(): RideHook {
    const ride = this;
    return Object.freeze({
      get marker() {
        return ride.#map?.marker;
      },
      project: (place: LngLat) => ride.#map?.project(place),
      get state() {
        return ride.#state;
      },
      get strategy() {
        return ride.#watch.status.strategy;
      },
      get phase() {
        return ride.#phase;
      },
      get reached() {
        return ride.#reached;
      },
      get firstStateMs() {
        return ride.#firstStateMs;
      },
      get firstPositionMs() {
        return ride.#firstPositionMs;
      },
    });
  }

  /** Takes everything away: connection, map, workers, listeners, elements. */
  close(): void {
    this.#over.abort();
    this.#watch.close();
    this.#keeper.close();
    this.#finder?.close();
    this.#map?.remove();
    this.#menu.close();
    this.#view.remove();
  }

  #listen(): void {
    const { signal } = this.#over;
    this.#watch.on('state', (state) => {
      this.#state = state;
      this.#stateAtMs = Date.now();
      this.#firstStateMs ??= performance.now();
      this.#push(state);
      void this.#showRoute(state);
      this.#options.onState?.(state);
      this.#draw();
    });
    this.#watch.on('status', (status) => {
      if (status.phase === 'live' || status.phase === 'paused') this.#cutSinceMs = undefined;
      else this.#cutSinceMs ??= Date.now();
      this.#draw();
    });
    this.#watch.on('end', (end) => {
      if (signal.aborted) return;
      this.#end ??= end;
      this.#draw();
      this.#options.onEnd?.(this.#end);
    });
    const draw = (): void => this.#draw();
    addEventListener('online', draw, { signal });
    addEventListener('offline', draw, { signal });
    const timer = setInterval(draw, drawEveryMs);
    signal.addEventListener('abort', () => clearInterval(timer));
  }

  /** The words do not wait for the map, which is many times larger. */
  async #startMap(): Promise<void> {
    const { server, speech, theme } = this.#options;
    const loading = loadMapConfig(server).then((loaded) => {
      // The streets come beside MapLibre, and not after it.
      if (!loaded.config.styleUrl && !loaded.config.pmtiles && loaded.config.town) void loadTown(loaded.config.town);
      return loaded;
    });
    const [code, { config, skewMs }] = await Promise.all([loadRiderMap(this.#over.signal), loading]);
    if (!code || this.#over.signal.aborted) return;
    const { t } = speech;
    this.#skewMs = skewMs;
    // Good for the streets of a silent car also where another base map is drawn.
    this.#town = config.town ?? undefined;
    this.#view.setAttribution(config.attribution);
    const map = (this.#map = new code.RiderMap(
      { car: t.car, map: t.map, pickup: t.pickup, dropoff: t.dropoff },
      theme,
      (following) => this.#view.setFollowing(following),
      () => requestAnimationFrame(() => (this.#firstPositionMs = performance.now())),
    ));
    map.setPadding(this.#view.padding());
    this.#routeShown = undefined;
    if (this.#state) {
      this.#push(this.#state);
      void this.#showRoute(this.#state);
    }
    this.#draw();
    await map.start(this.#view.mapContainer, config);
    if (!this.#over.signal.aborted) this.#options.onMapReady?.();
  }

  #push(state: TripState): void {
    // A poll brings no news sooner than its interval, whatever the server announces.
    const interval = this.#watch.status.strategy === 'poll' ? this.#watch.capabilities.pollIntervalMs : 0;
    this.#map?.push(state, interval, performance.now());
  }

  #draw(): void {
    const nowMs = Date.now();
    const state = this.#state;
    const { status, skewMs = this.#skewMs } = this.#watch;
    const heard = state?.lastHeard ?? state?.vehicle?.time;
    const heardAtMs = heard === undefined ? undefined : Math.min(nowMs, heard - skewMs);
    const phase = phaseOf(
      {
        state,
        stateAtMs: this.#stateAtMs,
        heardAtMs: this.#watch.skewMs === undefined ? undefined : heardAtMs,
        connection: status.phase,
        cutSinceMs: this.#cutSinceMs,
        end: this.#end,
        online: navigator.onLine,
      },
      nowMs,
    );
    const facts: Facts = {
      phase,
      state,
      stateAtMs: this.#stateAtMs,
      heardAtMs,
      retryAtMs: status.retryAtMs,
      reach: this.#town === undefined ? 'circle' : 'streets',
    };
    const { speech } = this.#options;
    const words = riderWords(facts, nowMs, speech);
    this.#view.draw(words, state, isOver(phase));
    if (phase !== this.#phase || phase === 'loading') this.#options.onPhase?.(phase);
    this.#phase = phase;
    const spoken = phase === 'loading' ? undefined : this.#announcer.next(facts, words, nowMs, speech);
    if (spoken) this.#view.say(spoken);
    this.#menu.update(status, this.#watch.capabilities.pollIntervalMs);
    if (!state || !this.#map) return;
    this.#map.setView({
      state,
      trusted: isCarTrusted(phase),
      showCar: state.vehicle !== undefined && !isOver(phase),
      showRoute: phase === 'coming' || phase === 'riding' || phase === 'reconnecting',
    });
    this.#drawReach(facts.heardAtMs ?? nowMs, nowMs);
  }

  #drawReach(heardAtMs: number, nowMs: number): void {
    const car = this.#state?.vehicle;
    if (this.#phase !== 'stale' || !car) return this.#setReach([]);
    const meters = reachMeters(car.speed, nowMs - heardAtMs);
    if (this.#town === undefined) return this.#map?.setReach([], { center: car, meters });
    this.#finder ??= new ReachFinder(
      this.#town,
      (streets) => this.#setReach(this.#phase === 'stale' ? streets : []),
      () => {
        // A circle takes their place.
        this.#town = undefined;
        this.#draw();
      },
    );
    this.#finder.ask(car, car.heading, meters);
  }

  #setReach(streets: Parameters<RiderMap['setReach']>[0]): void {
    this.#reached = streets.length;
    this.#map?.setReach(streets, undefined);
  }

  async #showRoute(next: TripState): Promise<void> {
    const map = this.#map;
    if (!map || next.route === this.#routeShown || Date.now() < this.#routeAgainAtMs) return;
    const number = (this.#routeShown = next.route);
    if (number === undefined) return map.setRoute([]);
    try {
      const response = await fetch(`${this.#tripUrl}/route`, {
        headers: { Authorization: `Bearer ${await this.#keeper.get({ refused: false })}` },
        signal: this.#over.signal,
      });
      if (!response.ok) throw new Error(`route: ${response.status}`);
      const route = (await response.json()) as { line: [number, number][] };
      if (this.#routeShown === number) map.setRoute(route.line.map(([lng, lat]) => ({ lng, lat })));
    } catch {
      if (this.#over.signal.aborted) return;
      // No line is better than an old one; a state after a while asks again, not each of them: it may be refused for good.
      this.#routeAgainAtMs = Date.now() + routeRetryMs;
      if (this.#routeShown === number) this.#routeShown = undefined;
      map.setRoute([]);
    }
  }
}

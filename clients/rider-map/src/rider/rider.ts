/** The rider's page: watches the trip of the token in the address, and draws it twice a second and on each news. */
import { watchTrip, type End, type TripState } from '@ridetracker/rider-client';
import type { LngLat } from '../map/geo.js';
import { loadMapConfig } from '../map/map-config.js';
import { isCarTrusted, isOver, phaseOf, type Phase } from './phase.js';
import { reachMeters, Streets } from './reach.js';
import { RiderMap } from './rider-map.js';
import { RiderView } from './rider-view.js';
import { isStrategy, StrategyMenu } from '../page/strategy-menu.js';
import '../page/page.css';
import './rider.css';
import { claimsOf, TokenKeeper } from '../page/token.js';
import { Units } from '../page/units.js';
import { Announcer, riderWords, type Facts } from './words.js';

/** What tests and other programs may read of this page: the car as it is drawn, and what it was drawn from. */
export interface RideTrackerHook {
  readonly marker: LngLat | undefined;
  readonly state: TripState | undefined;
  readonly strategy: string;
  readonly phase: Phase;
}

const drawEveryMs = 500;

async function main(): Promise<void> {
  const token = location.hash.slice(1);
  const claims = claimsOf(token);
  const trip = claims?.trip;
  const query = new URLSearchParams(location.search);
  const units = new Units(navigator.language);
  const announcer = new Announcer();

  const keeper = new TokenKeeper(token, `/demo/token?trip=${encodeURIComponent(trip ?? '')}`, (renewed) => {
    // A reload or a bookmark then has the token that still works.
    history.replaceState(null, '', `#${renewed}`);
  });
  const pinned = query.get('via');
  const watch = watchTrip(`/v1/trips/${encodeURIComponent(trip ?? '')}/live`, {
    getToken: (why) => keeper.get(why),
    strategy: isStrategy(pinned) ? pinned : 'auto',
  });
  if (trip === undefined) watch.close();

  let state: TripState | undefined;
  let stateAtMs: number | undefined;
  let cutSinceMs: number | undefined = Date.now();
  let end: End | undefined = trip === undefined ? { reason: 'not-found' } : undefined;
  let skewMs = 0;
  let phase: Phase = 'loading';
  let streets: Streets | undefined;
  let streetsAsked = false;
  let hasTown = false;

  const menu = new StrategyMenu((choice) => watch.use(choice));
  const map = new RiderMap((following) => view.setFollowing(following));
  const view = new RiderView(document.body, menu, {
    retry: () => watch.retryNow(),
    recentre: () => map.recentre(),
    zoomBy: (steps) => map.zoomBy(steps),
    resized: () => map.setPadding(view.padding()),
  });
  view.setFollowing(true);

  const hook: RideTrackerHook = {
    get marker() {
      return map.marker;
    },
    get state() {
      return state;
    },
    get strategy() {
      return watch.status.strategy;
    },
    get phase() {
      return phase;
    },
  };
  Object.defineProperty(window, '__ridetracker', { value: Object.freeze(hook) });

  const draw = (): void => {
    const nowMs = Date.now();
    const situation = { state, stateAtMs, connection: watch.status.phase, cutSinceMs, end, online: navigator.onLine };
    phase = phaseOf(situation, nowMs);
    const heard = state?.lastHeard ?? state?.vehicle?.time;
    const facts: Facts = {
      phase,
      state,
      stateAtMs,
      heardAtMs: heard === undefined ? undefined : Math.min(nowMs, heard - skewMs),
      retryAtMs: watch.status.retryAtMs,
      reach: streets ? 'streets' : hasTown && !streetsAsked ? 'streets' : 'circle',
    };
    const words = riderWords(facts, nowMs, units);
    view.draw(words, state, isOver(phase));
    document.body.dataset['phase'] = phase;
    const spoken = phase === 'loading' ? undefined : announcer.next(facts, words, nowMs, units);
    if (spoken) view.say(spoken);
    menu.update(watch.status, watch.capabilities.pollIntervalMs);
    if (!state) return;
    map.setView({
      state,
      trusted: isCarTrusted(phase),
      showCar: state.vehicle !== undefined && !isOver(phase),
      showRoute: phase === 'coming' || phase === 'riding' || phase === 'reconnecting',
    });
    drawReach(facts.heardAtMs ?? nowMs, nowMs);
  };

  const drawReach = (heardAtMs: number, nowMs: number): void => {
    const car = state?.vehicle;
    if (phase !== 'stale' || !car) return map.setReach([], undefined);
    const meters = reachMeters(car.speed, nowMs - heardAtMs);
    if (streets) return map.setReach(streets.within(car, car.heading, meters), undefined);
    if (hasTown && !streetsAsked) return void loadStreets();
    if (!hasTown) map.setReach([], { center: car, meters });
  };

  const loadStreets = async (): Promise<void> => {
    streetsAsked = true;
    try {
      const town = loaded.config.town ?? '';
      streets = new Streets((await (await fetch(town)).json()) as GeoJSON.FeatureCollection);
    } catch {
      // A circle takes their place.
      hasTown = false;
    }
    draw();
  };

  let routeShown: number | undefined;
  const showRoute = async (next: TripState): Promise<void> => {
    if (next.route === routeShown) return;
    const number = (routeShown = next.route);
    if (number === undefined) return map.setRoute([]);
    try {
      const response = await fetch(`/v1/trips/${encodeURIComponent(next.trip)}/route`, {
        headers: { Authorization: `Bearer ${await keeper.get({ refused: false })}` },
      });
      if (!response.ok) throw new Error(`route: ${response.status}`);
      const route = (await response.json()) as { line: [number, number][] };
      if (routeShown === number) map.setRoute(route.line.map(([lng, lat]) => ({ lng, lat })));
    } catch {
      // No line is better than an old one; the next state asks again.
      if (routeShown === number) routeShown = undefined;
      map.setRoute([]);
    }
  };

  watch.on('state', (next) => {
    state = next;
    stateAtMs = Date.now();
    // A poll brings no news sooner than its interval, whatever the server announces.
    map.push(next, watch.status.strategy === 'poll' ? watch.capabilities.pollIntervalMs : 0);
    void showRoute(next);
    draw();
  });
  watch.on('status', (status) => {
    if (status.phase === 'live') cutSinceMs = undefined;
    else cutSinceMs ??= Date.now();
    draw();
  });
  watch.on('end', (why) => {
    end ??= why;
    draw();
  });
  addEventListener('online', () => {
    watch.retryNow();
    draw();
  });
  addEventListener('offline', draw);
  addEventListener('hashchange', () => location.reload());
  setInterval(draw, drawEveryMs);
  draw();

  const loaded = await loadMapConfig();
  skewMs = loaded.skewMs;
  hasTown = loaded.config.town !== null && loaded.config.styleUrl === null;
  view.setAttribution(loaded.config.attribution);
  await map.start(view.mapContainer, loaded.config);
  map.setPadding(view.padding());
  document.body.dataset['map'] = 'ready';
}

void main();

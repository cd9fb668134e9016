/** The overview's page: watches all cars of the view with a dispatcher's token, and lists the demo's trips. */
import { watchVehicles, type Strategy, type TripState, type Vehicle, type VehiclesWatch } from '@ridetracker/rider-client';
import { loadDemo, type Demo, type TripLink } from '../page/demo.js';
import { countsOf } from './fleet.js';
import { FleetMap } from './fleet-map.js';
import type { Box } from '../map/geo.js';
import { loadMapConfig } from '../map/map-config.js';
import { OverviewView } from './overview-view.js';
import { isStrategy, StrategyMenu } from '../page/strategy-menu.js';
import '../page/page.css';
import './overview.css';
import { TokenKeeper } from '../page/token.js';
import { Units } from '../page/units.js';

/** What tests and other programs may read of this page. */
export interface OverviewHook {
  /** Cars on the map. */
  readonly shown: number;
  readonly vehicles: readonly Vehicle[];
  readonly bbox: Box | undefined;
  readonly strategy: string;
}

/** The list of trips is refreshed so often, milliseconds, and holds no more than so many. */
const listEveryMs = 10_000;
const listLimit = 30;
/** A map that is being dragged asks for its cars once it rests this long, milliseconds. */
const settleMs = 250;

async function main(): Promise<void> {
  const units = new Units(navigator.language);
  const pinned = new URLSearchParams(location.search).get('via');
  let choice: Strategy | 'auto' = isStrategy(pinned) ? pinned : 'auto';
  let watch: VehiclesWatch | undefined;
  let vehicles: ReadonlyMap<string, Vehicle> = new Map();
  let bbox: Box | undefined;
  let selected: string | undefined;
  let keeper: TokenKeeper | undefined;
  let settle: ReturnType<typeof setTimeout> | undefined;

  const menu = new StrategyMenu((next) => {
    choice = next;
    watch?.use(next);
  });
  const view = new OverviewView(document.body, menu, {
    filter: (kind) => map.setFilter(kind),
    closeDetail: () => select(undefined),
    zoomBy: (steps) => map.zoomBy(steps),
  });
  const select = (id: string | undefined): void => {
    selected = id;
    map.select(id);
    drawDetail();
  };
  const map = new FleetMap((box) => {
    clearTimeout(settle);
    settle = setTimeout(() => follow(box), bbox ? settleMs : 0);
  }, select);

  const hook: OverviewHook = {
    get shown() {
      return map.shown;
    },
    get vehicles() {
      return [...vehicles.values()];
    },
    get bbox() {
      return bbox;
    },
    get strategy() {
      return watch?.status.strategy ?? '';
    },
  };
  Object.defineProperty(window, '__ridetracker', { value: Object.freeze(hook) });

  const drawDetail = (): void => {
    const vehicle = selected === undefined ? undefined : vehicles.get(selected);
    view.setDetail(vehicle, vehicle ? Date.now() + skewMs - vehicle.time : 0, units);
  };

  /** Watches another box; the cars of the old one stay until the first state of the new one is there. */
  const follow = (box: Box): void => {
    if (!keeper) return;
    const tokens = keeper;
    watch?.close();
    const next = (watch = watchVehicles('/v1/vehicles/live', {
      bbox: box.map((degrees) => Math.round(degrees * 1e5) / 1e5) as unknown as Box,
      getToken: (why) => tokens.get(why),
      strategy: choice,
    }));
    next.on('state', (state) => {
      vehicles = state.vehicles;
      bbox = box;
      map.setVehicles(vehicles);
      view.setCounts(countsOf(vehicles.values()));
      drawDetail();
      document.body.dataset['cars'] = String(vehicles.size);
    });
    next.on('status', (status) => {
      menu.update(status, next.capabilities.pollIntervalMs);
      if (status.phase === 'live') view.setPill('live', 'Live');
      else if (status.phase === 'waiting') view.setPill('warn', 'Reconnecting…');
    });
    next.on('end', ({ reason }) => {
      if (reason === 'closed') return;
      // Another view may be one that the server gives.
      if (reason === 'refused') return view.setPill('warn', 'Too wide a view');
      view.setPill('bad', 'Not allowed');
      view.refuse();
    });
  };

  view.setPill('quiet', 'Connecting…');
  const [demo, { config, skewMs }] = await Promise.all([loadDemo(), loadMapConfig()]);
  view.setAttribution(config.attribution);
  const token = location.hash.slice(1) || demo?.dispatcherToken;
  if (token) keeper = new TokenKeeper(token, '/demo/token?role=dispatcher');
  else {
    view.setPill('quiet', 'No demo here');
    view.explain();
  }
  if (demo) listTrips(demo, view, units);
  addEventListener('online', () => watch?.retryNow());
  addEventListener('hashchange', () => location.reload());
  setInterval(drawDetail, 1000);
  await map.start(view.mapContainer, config);
  document.body.dataset['map'] = 'ready';
}

function listTrips(first: Demo, view: OverviewView, units: Units): void {
  let shownIds = '';
  const refresh = async (demo: Demo): Promise<void> => {
    const trips = demo.trips.slice(0, listLimit);
    const ids = trips.map(({ id }) => id).join(' ');
    if (ids !== shownIds) view.setTrips(trips, demo.driverTrip);
    shownIds = ids;
    for (const trip of [...trips, ...(demo.driverTrip ? [demo.driverTrip] : [])]) {
      const state = await tripState(trip);
      if (state) view.setTrip(trip.id, state, units);
    }
  };
  const again = async (): Promise<void> => {
    if (document.visibilityState === 'visible') {
      const demo = await loadDemo();
      if (demo) await refresh(demo);
    }
    setTimeout(() => void again(), listEveryMs);
  };
  void refresh(first).then(() => setTimeout(() => void again(), listEveryMs));
}

async function tripState(trip: TripLink): Promise<TripState | undefined> {
  try {
    const response = await fetch(`/v1/trips/${encodeURIComponent(trip.id)}/live`, {
      headers: { Authorization: `Bearer ${trip.token}`, Accept: 'application/json' },
    });
    return response.ok ? ((await response.json()) as TripState) : undefined;
  } catch {
    // The row keeps what it shows until the next round.
    return undefined;
  }
}

void main();

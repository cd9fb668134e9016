/** The front door: every car of the demo on the map, and the ways to the other pages. */
import '../page/page.css';
import '../page/card-head.css';
import './overview.css';
import { watchVehicles, type Strategy, type TripState, type Vehicle, type VehiclesWatch } from '@ridetracker/rider-client';
import type { Box } from '../map/geo.js';
import { loadMapConfig } from '../map/map-config.js';
import { loadDemo, type Demo, type TripLink } from '../page/demo.js';
import { isStrategy, StrategyMenu } from '../page/strategy-menu.js';
import { TokenKeeper } from '../page/token.js';
import { countsOf } from './fleet.js';
import { FleetMap } from './fleet-map.js';
import { OverviewView } from './overview-view.js';
import { PhoneDialog } from './phone-dialog.js';

/** For tests and other programs: what the page shows. */
export interface OverviewHook {
  /** Cars on the map. */
  readonly shown: number;
  readonly vehicles: readonly Vehicle[];
  readonly bbox: Box | undefined;
  readonly strategy: string;
}

/** The rider's door is given another trip so often, milliseconds, chosen from so many. */
const chooseEveryMs = 20_000;
const chosenFrom = 5;
/** A map that is being dragged asks for its cars once it rests this long, milliseconds. */
const settleMs = 250;

async function main(): Promise<void> {
  const pinned = new URLSearchParams(location.search).get('via');
  let choice: Strategy | 'auto' = isStrategy(pinned) ? pinned : 'auto';
  let watch: VehiclesWatch | undefined;
  let vehicles: ReadonlyMap<string, Vehicle> = new Map();
  let bbox: Box | undefined;
  let keeper: TokenKeeper | undefined;
  let settle: ReturnType<typeof setTimeout> | undefined;

  const menu = new StrategyMenu((next) => {
    choice = next;
    watch?.use(next);
  });
  const dialog = new PhoneDialog(location.origin);
  const view = new OverviewView(document.body, menu, { phone: () => dialog.open(), zoomBy: (steps) => map.zoomBy(steps) });
  document.body.append(dialog.element);
  const map = new FleetMap(
    (box) => {
      clearTimeout(settle);
      settle = setTimeout(() => follow(box), bbox ? settleMs : 0);
    },
    () => view.covered(),
  );

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
    });
  };

  // A dispatcher's link of before leads to the dispatcher's page.
  if (location.hash.length > 1) return location.replace(`/dispatch/${location.hash}`);
  view.setPill('quiet', 'Connecting…');
  const [demo, { config }] = await Promise.all([loadDemo(), loadMapConfig()]);
  view.setAttribution(config.attribution);
  if (demo) {
    keeper = new TokenKeeper(demo.dispatcherToken, '/demo/token?role=dispatcher');
    void keepRider(demo, view);
  } else {
    view.setPill('quiet', 'No demo here');
    view.explain();
  }
  await map.start(view.mapContainer, config);
  document.body.dataset['map'] = 'ready';
}

/** The rider's door leads to a car that is on its way to somebody, as long as there is one. */
async function keepRider(first: Demo, view: OverviewView): Promise<void> {
  const last = first.trips.at(-1);
  if (last) view.setRider(last.token, undefined);
  for (let demo: Demo | undefined = first; ; demo = await loadDemo()) {
    // Trips that began last are on their way to the pick-up more often than not.
    for (const trip of demo?.trips.slice(-chosenFrom).reverse() ?? []) {
      const state = await tripState(trip);
      if (state?.status !== 'enroute-to-pickup') continue;
      const { driver, pickup } = state;
      view.setRider(trip.token, driver?.name && pickup?.label ? `${driver.name} is on the way to ${pickup.label}: see it as the rider does` : undefined);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, chooseEveryMs));
    if (document.visibilityState === 'hidden') await new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
  }
}

async function tripState(trip: TripLink): Promise<TripState | undefined> {
  try {
    const response = await fetch(`/v1/trips/${encodeURIComponent(trip.id)}/live`, {
      headers: { Authorization: `Bearer ${trip.token}`, Accept: 'application/json' },
    });
    return response.ok ? ((await response.json()) as TripState) : undefined;
  } catch {
    // The door keeps its trip until the next round.
    return undefined;
  }
}

void main();

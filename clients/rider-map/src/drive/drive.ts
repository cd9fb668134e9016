/** The driver's page: makes a phone's browser the car, or, with `?simulate`, a car of the map. */
import '../page/page.css';
import '../page/card-head.css';
import './drive.css';
import { claimsOf } from '../page/token.js';
import { loadDemo } from '../page/demo.js';
import { Units } from '../page/units.js';
import { distanceMeters, type LngLat } from '../map/geo.js';
import { loadMapConfig } from '../map/map-config.js';
import { Streets } from '../rider/reach.js';
import { DriveMap } from './drive-map.js';
import { DriveView } from './drive-view.js';
import { Driving } from './driving.js';
import type { DriverTrip } from './fix.js';
import { batteryNow, Gps, type Battery } from './gps.js';
import { Simulator } from './simulator.js';
import { WakeLock } from './wake-lock.js';
import { driveWords, nextStop, onlyHttps } from './words.js';

/** For tests and other programs: what the page knows. */
export interface DriveHook {
  readonly on: boolean;
  readonly link: string;
  /** Fixes that the server has not settled; that it took and refused since the page was opened. */
  readonly unsettled: number;
  readonly taken: number;
  readonly refused: number;
  readonly place: LngLat | undefined;
  readonly trip: DriverTrip | null;
}

/** A token that ends sooner than this is renewed before it is used, milliseconds. */
const renewBeforeMs = 60_000;

async function main(): Promise<void> {
  const units = new Units(navigator.language);
  const simulated = new URLSearchParams(location.search).has('simulate');
  let driving: Driving | undefined;
  let simulator: Simulator | undefined;
  let streets: Streets | undefined;
  let screenHeld: boolean | undefined;
  let battery: Battery = {};
  let busy = false;
  const wakeLock = new WakeLock((held) => {
    screenHeld = held;
    draw();
  });
  const view = new DriveView(document.body, {
    toggle: () => void toggle(),
    driveToStop: () => {
      const stop = nextStop(driving?.trip ?? null);
      if (stop) driveTo(driving!.trip![stop]);
    },
    recentre: () => map.recentre(),
    zoomBy: (steps) => map.zoomBy(steps),
  });
  const map = new DriveMap(() => view.padding(), (place) => driveTo(place));

  const driveTo = (goal: LngLat): void => {
    if (!simulator || !driving?.on) return;
    const { at } = simulator.car;
    const way = streets?.way(at, goal) ?? [];
    simulator.car.drive(way.length > 1 ? way : [at, goal]);
    map.setWay(simulator.car.way);
  };
  const toggle = async (): Promise<void> => {
    if (!driving || busy) return;
    busy = true;
    draw();
    if (!driving.on) {
      wakeLock.hold();
      driving.start();
    } else if ((await driving.stop()) === 'busy') view.setNote('You can go off duty once this trip is over.');
    else view.setNote('');
    busy = false;
    draw();
  };
  const draw = (): void => {
    if (!driving) return;
    const { lastFix, lastFixAtMs, trip } = driving;
    const stop = nextStop(trip);
    const ageMs = lastFixAtMs === undefined ? undefined : Date.now() - lastFixAtMs;
    const words = driveWords(
      {
        on: driving.on,
        simulated,
        trouble: driving.trouble,
        link: driving.link,
        retryMs: driving.retryMs,
        unsettled: driving.buffer.unsettled,
        dropped: driving.buffer.dropped,
        accuracy: lastFix?.accuracy,
        fixAgeMs: ageMs,
        screenHeld,
        battery: battery.battery,
        charging: battery.charging ?? false,
        trip,
        stopMeters: lastFix && stop ? distanceMeters(lastFix, trip![stop]) : undefined,
        forgetful: driving.forgetful,
        problem: driving.problem,
      },
      units,
    );
    view.draw(words, driving.on, busy, simulated && driving.on && stop !== undefined);
    map.setStop(stop, stop && trip![stop]);
    map.setTrusted(driving.on && driving.link === 'open' && (ageMs ?? Infinity) < 12_000);
    if (simulator) map.setWay(simulator.car.way);
  };

  const hook: DriveHook = {
    get on() {
      return driving?.on ?? false;
    },
    get link() {
      return driving?.link ?? 'closed';
    },
    get unsettled() {
      return driving?.buffer.unsettled ?? 0;
    },
    get taken() {
      return driving?.taken ?? 0;
    },
    get refused() {
      return driving?.refused ?? 0;
    },
    get place() {
      return driving?.lastFix;
    },
    get trip() {
      return driving?.trip ?? null;
    },
  };
  Object.defineProperty(window, '__ridetracker', { value: Object.freeze(hook) });

  const own = location.hash.slice(1);
  const [demo, { config }] = await Promise.all([own ? undefined : loadDemo(), loadMapConfig()]);
  view.setAttribution(config.attribution);
  let token = own || demo?.driverToken;
  const claims = token === undefined ? undefined : claimsOf(token);
  // A rider's or dispatcher's link is told so at once, before anybody gives it a location.
  const driver = (claims?.role ?? 'driver') === 'driver' ? claims?.sub : undefined;
  const mapStarted = map.start(view.mapContainer, config, () => {});
  if (token === undefined || driver === undefined) {
    view.explain('This page needs a driver’s link', 'Ask your dispatcher for the link that makes this phone your car.');
  } else if (!(await isOnlyTab(driver))) {
    view.explain('Already driving', 'This car is driven in another tab of this browser. Close that one first.');
  } else {
    const getToken = async (refused: boolean): Promise<string> => {
      const ends = claimsOf(token!)?.expiresMs ?? Infinity;
      if (!own && (refused || ends - Date.now() < renewBeforeMs)) token = (await loadDemo())?.driverToken ?? token;
      return token!;
    };
    const begin = demo && simulated ? await whereItWas(demo.driverTrip) : undefined;
    driving = await Driving.begin({
      server: location.origin,
      driver,
      getToken,
      source: (events) => (simulated ? (simulator = new Simulator(begin ?? { lng: config.center[0], lat: config.center[1] }, events)) : new Gps(events)),
      onFix: (fix) => map.setCar(fix),
      onChange: () => {
        // Also when the receiver has failed.
        if (!driving?.on) wakeLock.release();
        draw();
      },
    });
    view.setNote(simulated ? '' : `${onlyHttps} Keep this page open and in front while you drive.`);
    if (!simulated && !isSecureContext) driving.trouble = 'insecure';
    addEventListener('hashchange', () => location.reload());
    document.addEventListener('visibilitychange', () => driving?.retryNow());
    const drawAll = async (): Promise<void> => {
      battery = await batteryNow();
      draw();
    };
    await drawAll();
    setInterval(() => void drawAll(), 1000);
    if (simulated && config.town) streets = await loadStreets(config.town);
  }
  await mapStarted;
  draw();
  document.body.dataset['map'] = 'ready';
}

/** Two tabs would report for one car from two places. Held until the page goes. */
function isOnlyTab(driver: string): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks.request(`ridetracker-drive-${driver}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise<void>(() => {}) : undefined;
    });
  });
}

/** Where the demo's car was last, or its pick-up. */
async function whereItWas(trip: { readonly id: string; readonly token: string } | undefined): Promise<LngLat | undefined> {
  if (!trip) return undefined;
  try {
    const response = await fetch(`/v1/trips/${encodeURIComponent(trip.id)}/live`, { headers: { Authorization: `Bearer ${trip.token}`, Accept: 'application/json' } });
    const state = (await response.json()) as { readonly vehicle?: LngLat };
    return response.ok ? state.vehicle : undefined;
  } catch {
    // It begins in the middle of the map.
    return undefined;
  }
}

async function loadStreets(url: string): Promise<Streets | undefined> {
  try {
    return new Streets((await (await fetch(url)).json()) as GeoJSON.FeatureCollection);
  } catch {
    // It drives straight over the blocks.
    return undefined;
  }
}

void main();

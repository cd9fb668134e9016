/** The transport lab: five ways to ask about one car, measured in this browser, side by side. */
import type { End, Strategy, TripState } from '@ridetracker/rider-client';
import { loadDemo, type TripLink } from '../page/demo.js';
import { loadMapConfig } from '../map/map-config.js';
import '../page/page.css';
import './lab.css';
import { mapColors, onThemeChange } from '../map/theme.js';
import { claimsOf, TokenKeeper } from '../page/token.js';
import { LabClock } from './clock.js';
import { Column, type Source } from './column.js';
import { labColors } from './draw.js';
import { figuresOf, isBehind, scaleTop, type Figures } from './figures.js';
import { LabView, type RowSpec } from './lab-view.js';
import { windowMs } from './ledger.js';
import { stalledMs } from './meter.js';
import { cutMs, Network, slowWayMs } from './network.js';
import { StreetMap } from './street-map.js';
import { verdict, type Way } from './verdict.js';

interface WaySpec extends RowSpec {
  readonly strategy: Strategy;
  readonly pollMs?: number;
}

const ways: readonly WaySpec[] = [
  { id: 'poll-1', strategy: 'poll', pollMs: 1000, title: 'Short polling', name: 'Short polling, every 1 s', sentence: '“Any news?” every 1 s, news or not.', legend: 'hollow = nothing new' },
  { id: 'poll-5', strategy: 'poll', pollMs: 5000, title: 'Short polling', name: 'Short polling, every 5 s', sentence: '“Any news?” every 5 s, news or not.', legend: 'hollow = nothing new' },
  { id: 'long-poll', strategy: 'long-poll', title: 'Long polling', name: 'Long polling', sentence: 'Asks once. The server answers when there is news.', legend: 'dotted = waiting' },
  { id: 'sse', strategy: 'sse', title: 'Server-sent events', name: 'Server-sent events', sentence: 'One open line. The server speaks.', legend: 'shaded = line is open' },
  { id: 'websocket', strategy: 'websocket', title: 'WebSocket', name: 'WebSocket', sentence: 'One open line. Both sides can speak.', legend: 'hollow = “still there”' },
];

/** What tests and other programs may read of this page. */
export interface LabHook {
  readonly running: boolean;
  readonly trip: string | undefined;
  readonly network: string;
  readonly figures: Readonly<Record<string, Figures>>;
}

/** How often the parts are drawn, milliseconds; with less motion wanted, the talk once a second. */
const talkEveryMs = 50;
const mapEveryMs = 100;
const figuresEveryMs = 250;
const calmEveryMs = 1000;
/** A request that waited for longer than this most likely had no connection, milliseconds; a few a minute may be a busy machine's. */
const stalledFromMs = 250;
const stallsThatCount = 3;
/** How many connections a browser opens to one server over HTTP/1.1, over all its tabs. */
const http1Connections = 6;
/** A next trip is looked for this long after one is over, milliseconds. */
const nextTripMs = 2000;
/** So many trips of the demo are looked at for one with a car that moves. */
const candidates = 6;

function main(): void {
  const timed = PerformanceObserver.supportedEntryTypes?.includes('resource') ?? false;
  const clock = new LabClock(() => performance.now());
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  let skewMs = 0;
  let attribution = '';
  let source: Source | undefined;
  let trip: string | undefined;
  let pausedByHand = false;
  let protocol = '';
  let looking = false;
  const stalls: number[] = [];

  const network = new Network(() => {
    view.setNetwork(network.condition);
  });
  const columns = ways.map(
    (way) =>
      new Column({
        ...way,
        clock,
        network,
        timed,
        serverNowMs: () => Date.now() + skewMs,
        onEnd: (end) => ended(end),
      }),
  );
  const view = new LabView(document.body, ways, {
    setPoll: (id) => {
      view.setPoll(id);
      drawFigures();
    },
    setNetwork: (condition) => {
      if (condition === 'cut') {
        network.cut();
        view.say(`The network is cut for ${cutMs / 1000} seconds.`);
      } else {
        network.set(condition);
        view.say(condition === 'slow' ? `The network is slow: ${slowWayMs} milliseconds more each way.` : 'The network is good.');
      }
    },
    togglePause: () => {
      pausedByHand = !pausedByHand;
      view.say(pausedByHand ? 'Paused. Nothing is asked.' : 'Going on.');
      steer();
    },
    restart: () => {
      for (const column of columns) column.clear();
      clock.reset();
      stalls.length = 0;
      saidMinute = false;
      pausedByHand = false;
      view.say('Started over.');
      stop();
      for (const column of columns) column.clear();
      steer();
    },
  });
  const street = new StreetMap();
  let saidMinute = false;

  const stop = (): void => {
    for (const column of columns) column.stop();
    clock.stop();
  };

  /** Runs the columns where they should run: a car is known, nobody paused, and somebody looks. */
  const steer = (): void => {
    const hidden = document.visibilityState === 'hidden';
    const wanted = source !== undefined && !pausedByHand && !hidden;
    if (wanted && !clock.running) {
      clock.start();
      for (const column of columns) column.start(source!);
    } else if (!wanted && clock.running) stop();
    view.setPaused(pausedByHand);
    if (source) view.setNotice(pausedByHand ? 'Paused. Nothing is asked, and the minute stands still.' : undefined);
  };

  const watchTrip = (link: TripLink): void => {
    stop();
    trip = link.id;
    const keeper = new TokenKeeper(link.token, `/demo/token?trip=${encodeURIComponent(link.id)}`);
    source = { url: `/v1/trips/${encodeURIComponent(link.id)}/live`, getToken: (why) => keeper.get(why) };
    steer();
  };

  /** A trip by the address, or one of the demo's whose car moves. */
  const findTrip = async (): Promise<void> => {
    const token = location.hash.slice(1);
    const claimed = claimsOf(token)?.trip;
    if (claimed !== undefined) return watchTrip({ id: claimed, token });
    if (token) return view.setNotice('This link holds no trip. A rider’s link looks like /lab/#TOKEN.');
    const demo = await loadDemo();
    const found = demo ? await movingTrip(demo.trips.slice(0, candidates)) : undefined;
    if (found) return watchTrip(found);
    if (demo) return void setTimeout(() => void findTrip(), nextTripMs);
    view.setNotice('There is no demo here. Put a rider’s token behind the address of this page, after a #, and the lab watches that trip.');
  };

  const ended = (end: End): void => {
    if (looking) return;
    if (location.hash.length > 1) {
      source = undefined;
      stop();
      return view.setNotice(end.reason.startsWith('trip-') ? 'This trip is over; the figures stay as they were.' : `The server does not let this page watch the trip (${end.reason}).`);
    }
    looking = true;
    setTimeout(() => {
      looking = false;
      void findTrip();
    }, nextTripMs);
  };

  const figures = (): Map<string, Figures> => new Map(columns.map((column) => [column.id, figuresOf(column.ledger, clock.nowMs)]));

  const hook: LabHook = {
    get running() {
      return clock.running;
    },
    get trip() {
      return trip;
    },
    get network() {
      return network.condition;
    },
    get figures() {
      return Object.fromEntries(figures());
    },
  };
  Object.defineProperty(window, '__ridetracker', { value: Object.freeze(hook) });

  let colors = labColors();
  onThemeChange(() => {
    colors = labColors();
    street.forget();
  });

  const drawTalk = (): void => {
    for (const column of columns) view.cards.get(column.id)?.drawTalk(column, clock.nowMs, colors);
  };

  const drawMaps = (): void => {
    const newest = columns.reduce<TripState | undefined>(
      (best, { state }) => ((state?.vehicle?.time ?? 0) > (best?.vehicle?.time ?? 0) ? state : best),
      undefined,
    )?.vehicle;
    const size = [...view.cards.values()].find((card) => card.shown)?.mapSize;
    if (newest && size) street.follow(newest, newest.heading, size, performance.now(), !calm.matches);
    const palette = mapColors();
    for (const column of columns) view.cards.get(column.id)?.drawMap(column, newest, street, palette);
  };

  const drawFigures = (): void => {
    const nowMs = clock.nowMs;
    for (const column of columns) column.ledger.prune(nowMs);
    const all = figures();
    const values = [...all.values()];
    const seen = values.filter((_, i) => view.cards.get(columns[i]!.id)?.shown);
    const p99s = values.flatMap((entry) => entry.ageP99Ms ?? []);
    const best = p99s.length === 0 ? undefined : Math.min(...p99s);
    const scales = {
      requests: Math.max(1, ...seen.map((entry) => entry.requests)),
      bytes: Math.max(1, ...seen.map((entry) => entry.bytes)),
      ageMs: scaleTop(Math.max(2000, ...seen.map((entry) => entry.ageWorstMs ?? 0))),
    };
    for (const column of columns) {
      const entry = all.get(column.id)!;
      view.cards.get(column.id)?.drawFigures(column, entry, isBehind(entry, best), scales, nowMs, colors);
      view.setRow(column.id, entry);
    }
    const told = verdict(columns.map((column): Way => ({ strategy: column.strategy, ...(column.pollMs === undefined ? {} : { pollMs: column.pollMs }), figures: all.get(column.id)! })));
    view.setVerdict(told);
    if (told && !saidMinute && nowMs >= windowMs) {
      saidMinute = true;
      view.say(`The first minute is over. ${told.lead} ${told.text}`);
    }
    drawLimit(all);
    document.body.dataset['pictures'] = String(values.filter((entry) => entry.ageNowMs !== undefined).length);
  };

  const drawLimit = (all: ReadonlyMap<string, Figures>): void => {
    const open = columns.filter((column) => column.strategy !== 'websocket').reduce((sum, column) => sum + all.get(column.id)!.open, 0);
    while (stalls.length > 0 && stalls[0]! < clock.nowMs - windowMs) stalls.shift();
    const waited = stalls.length;
    if (waited >= stallsThatCount && protocol === 'http/1.1') {
      return view.setLimit(
        `In the last minute ${waited} requests had to wait in the browser, most likely because it opens no more than ${http1Connections} HTTP/1.1 connections to one server, over all its tabs. That makes polling look worse than it is: close other tabs of this server, or serve it over HTTP/2.`,
        true,
      );
    }
    const over = protocol === 'http/1.1' ? ` of the ${http1Connections} that a browser opens to one server over HTTP/1.1, over all its tabs` : protocol ? `, over ${protocol}` : '';
    view.setLimit(`Connections in use now: ${open}${over}. WebSockets are not among them.`, false);
  };

  if (timed) {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
        const id = new URL(entry.name).searchParams.get('lab');
        const column = columns.find((one) => one.id === id);
        if (!column) continue;
        protocol = entry.nextHopProtocol || protocol;
        // The pieces of an open line were counted as they came.
        if (column.strategy !== 'sse') column.ledger.received(clock.nowMs, entry.transferSize);
        if (stalledMs(entry) > stalledFromMs) stalls.push(clock.nowMs);
      }
      // Here they were read; the browser would keep 250 of them and then none.
      performance.clearResourceTimings();
    }).observe({ type: 'resource' });
  }

  document.addEventListener('visibilitychange', steer);
  addEventListener('hashchange', () => location.reload());
  addEventListener('pagehide', stop);
  addEventListener('pageshow', steer);

  let [talkAtMs, mapAtMs, figuresAtMs] = [0, 0, 0];
  const frame = (atMs: number): void => {
    const pace = (everyMs: number): number => (calm.matches ? Math.max(calmEveryMs, everyMs) : everyMs);
    if (atMs - talkAtMs >= pace(talkEveryMs)) {
      talkAtMs = atMs;
      drawTalk();
    }
    if (atMs - mapAtMs >= mapEveryMs) {
      mapAtMs = atMs;
      drawMaps();
    }
    if (atMs - figuresAtMs >= pace(figuresEveryMs)) {
      figuresAtMs = atMs;
      drawFigures();
    }
    requestAnimationFrame(frame);
  };

  view.setPoll('poll-5');
  view.setNetwork('good');
  view.setVerdict(undefined);
  const fine = (): void =>
    view.setFine(
      `Measured in this browser${timed ? ', headers of the answers included; open lines as received' : ', without headers'}. What the page sends is not counted. Pictures are shown as they came, without smoothing.`,
      attribution,
    );
  fine();
  requestAnimationFrame(frame);
  void loadMapConfig().then(async (loaded) => {
    skewMs = loaded.skewMs;
    attribution = loaded.config.attribution;
    fine();
    void findTrip();
    await document.fonts.load('500 12px "Figtree Variable"').catch(() => []);
    const { town, styleUrl } = loaded.config;
    if (town !== null && styleUrl === null) {
      const response = await fetch(town);
      if (response.ok) street.setTown((await response.json()) as GeoJSON.FeatureCollection);
    }
    document.body.dataset['map'] = 'ready';
  });
}

/** The first trip whose car is on its way, or else any with a car. */
async function movingTrip(trips: readonly TripLink[]): Promise<TripLink | undefined> {
  const states = await Promise.all(
    trips.map(async (link) => {
      try {
        const response = await fetch(`/v1/trips/${encodeURIComponent(link.id)}/live`, {
          headers: { Authorization: `Bearer ${link.token}`, Accept: 'application/json' },
        });
        return { link, state: response.ok ? ((await response.json()) as TripState) : undefined };
      } catch {
        // Another trip will do.
        return { link, state: undefined };
      }
    }),
  );
  const eta = (state: TripState | undefined): number => state?.eta?.seconds ?? 0;
  const moving = states.filter(({ state }) => state?.vehicle && !state.stale && state.status.startsWith('enroute'));
  const best = moving.sort((a, b) => eta(b.state) - eta(a.state))[0] ?? states.find(({ state }) => state?.vehicle);
  return best?.link;
}

main();

/** The page's end of the worker that reads the stream: which box is watched, and whose token it takes. */
import type { End, Status, Strategy } from '@ridetracker/rider-client';
import type { Box } from '../map/geo.js';
import type { FleetDelta, ToPage, ToWorker } from './fleet-message.js';

export interface FeedEvents {
  fleet(delta: FleetDelta, box: Box): void;
  status(status: Status, pollIntervalMs: number): void;
  end(end: End): void;
  token(refused: boolean): Promise<string | undefined>;
}

/** Watched beyond the view on each side, as a share of it: a small pan asks for nothing. */
const margin = 0.2;
/** A view that is so much smaller than the watched box, in width, gets a box of its own. */
const tooWide = 3.5;

export class FleetFeed {
  readonly #worker: Worker;
  #box: Box | undefined;
  #strategy: Strategy | 'auto';

  constructor(strategy: Strategy | 'auto', events: FeedEvents) {
    this.#strategy = strategy;
    this.#worker = new Worker(new URL('./fleet-worker.ts', import.meta.url), { type: 'module', name: 'fleet' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
      if (data.type === 'fleet') events.fleet(data.delta, data.box);
      else if (data.type === 'status') events.status(data.status, data.pollIntervalMs);
      else if (data.type === 'end') events.end(data.end);
      else void events.token(data.refused).then((token) => this.#tell({ type: 'token', ask: data.ask, token }));
    });
  }

  get box(): Box | undefined {
    return this.#box;
  }

  get strategy(): Strategy | 'auto' {
    return this.#strategy;
  }

  /** Watches what is seen; a view within the watched box changes nothing. */
  see(view: Box): void {
    if (this.#box && holds(this.#box, view)) return;
    this.#box = wider(view);
    this.again();
  }

  /** Begins anew, as with another token. */
  again(): void {
    if (!this.#box) return;
    const url = new URL('/v1/vehicles/live', location.href).href;
    this.#tell({ type: 'watch', url, box: this.#box, strategy: this.#strategy });
  }

  use(strategy: Strategy | 'auto'): void {
    this.#strategy = strategy;
    this.#tell({ type: 'use', strategy });
  }

  retryNow(): void {
    this.#tell({ type: 'retry' });
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}

function holds(box: Box, view: Box): boolean {
  const [west, south, east, north] = box;
  // Across the antimeridian, west is greater than east: such a view is simply asked for anew.
  if (west > east || view[0] > view[2]) return false;
  const inside = view[0] >= west && view[1] >= south && view[2] <= east && view[3] <= north;
  return inside && east - west <= (view[2] - view[0]) * tooWide;
}

export function wider([west, south, east, north]: Box): Box {
  const width = west > east ? east + 360 - west : east - west;
  const spareLat = (north - south) * margin;
  const spareLng = width * margin;
  const wholeRound = width + 2 * spareLng >= 360;
  const round = (degrees: number): number => Math.round(degrees * 1e5) / 1e5;
  const wrap = (lng: number): number => ((((lng + 180) % 360) + 360) % 360) - 180;
  return [
    wholeRound ? -180 : round(wrap(west - spareLng)),
    round(Math.max(-85, south - spareLat)),
    wholeRound ? 180 : round(wrap(east + spareLng)),
    round(Math.min(85, north + spareLat)),
  ];
}

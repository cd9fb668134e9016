/** Who came into the zones and left them, newest first. */
import type { Units } from '../page/units.js';
import type { Directory } from './directory.js';
import type { RecordsEvent } from './event-feed.js';
import type { Zones } from './zones.js';

export interface ZoneNewsItem {
  /** "8KTR 214 came into Harbour". */
  readonly text: string;
  readonly ago: string;
}

/** Kept of what happened. */
const newsLimit = 30;
const verbs: Readonly<Record<string, string>> = { enter: 'came into', exit: 'left', dwell: 'stays long in' };

export class ZoneNews {
  readonly #events: RecordsEvent[] = [];

  take(event: RecordsEvent): void {
    if (!verbs[event.kind] || event.geofence === undefined) return;
    this.#events.unshift(event);
    this.#events.length = Math.min(this.#events.length, newsLimit);
  }

  words(directory: Directory, zones: Zones, units: Units, nowMs: number): ZoneNewsItem[] {
    return this.#events.map(({ driver = '', kind, geofence = '', time, data }) => {
      const { plate, name } = directory.drivers.get(driver) ?? {};
      const zone = zones.get(geofence)?.name ?? (typeof data?.['name'] === 'string' ? data['name'] : geofence);
      return { text: `${plate ?? name ?? driver} ${verbs[kind] ?? kind} ${zone}`, ago: `${units.age(Math.max(1, (nowMs - time) / 1000))} ago` };
    });
  }
}

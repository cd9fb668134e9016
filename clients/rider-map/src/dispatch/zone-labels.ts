/** The zones' names on the map, each with how many cars are in it. */
import { h, icon, setText } from '../page/dom.js';
import type { DispatchMap } from './dispatch-map.js';
import { carsWords } from './zone-words.js';
import type { Zone } from './zones.js';

const labelsLimit = 60;
export const zoneIcon =
  '<path fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" d="M7.5 6.5 16.5 5l3 8-6 6-8-2.5Z"/><g fill="currentColor"><circle cx="7.5" cy="6.5" r="2.4"/><circle cx="16.5" cy="5" r="2.4"/><circle cx="19.5" cy="13" r="2.4"/><circle cx="13.5" cy="19" r="2.4"/><circle cx="5.5" cy="16.5" r="2.4"/></g>';

export class ZoneLabels {
  readonly #map: DispatchMap;
  readonly #labels = new Map<string, { count: HTMLElement; remove: () => void }>();

  constructor(map: DispatchMap) {
    this.#map = map;
  }

  set(zones: readonly Zone[]): void {
    for (const { remove } of this.#labels.values()) remove();
    this.#labels.clear();
    for (const { id, name, top } of zones.slice(0, labelsLimit)) {
      const count = h('span', {}, '');
      const label = h('div', { class: 'd-zone-label' }, icon(zoneIcon, 16), h('b', {}, name), count);
      const { remove } = this.#map.addMark(label, { lng: top[0], lat: top[1] }, 'bottom');
      this.#labels.set(id, { count, remove });
    }
  }

  setCounts(counts: ReadonlyMap<string, number>): void {
    for (const [id, { count }] of this.#labels) setText(count, carsWords(counts.get(id) ?? 0));
  }
}

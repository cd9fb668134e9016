/** Which cars and trips the list shows, in which order and under which headings. Pure: no element, no clock of its own. */
import type { Directory } from './directory.js';
import type { FleetTable, Kind } from './fleet-table.js';
import { lateMs, longAtPickupMs } from './judge.js';

export type Row =
  | { readonly type: 'heading'; readonly text: string }
  /** A car: its driver's id. */
  | { readonly type: 'car'; readonly id: string }
  | { readonly type: 'trip'; readonly id: string }
  | { readonly type: 'more'; readonly text: string };

export interface Question {
  readonly filter: Kind | 'all';
  /** What stands in the search field; empty: no search. */
  readonly search: string;
  /** All that need a look, not only the first. */
  readonly allNeeds: boolean;
  readonly nowMs: number;
}

/** Shown of those that need a look, until asked for all. */
const firstNeeds = 3;
/** Trips without a driver that are shown at once. */
const waitingLimit = 20;
const foundLimit = 500;

export class ListModel {
  readonly #table: FleetTable;
  readonly #directory: Directory;
  /** Cars in view by plate; kept from time to time, since a car comes or goes with nearly every second. */
  #order: string[] = [];
  #keys = new Map<string, string>();
  #keysOf = -1;
  #membership = -1;

  constructor(table: FleetTable, directory: Directory) {
    this.#table = table;
    this.#directory = directory;
  }

  rows(question: Question): Row[] {
    this.#sort();
    const words = question.search.trim().toLowerCase();
    return words === '' ? this.#unsearched(question) : this.#found(words, question);
  }

  /** The drivers that need a look, most urgent first. */
  needs(nowMs: number): string[] {
    const urgent: [id: string, weight: number][] = [];
    for (let slot = 0; slot < this.#table.length; slot++) {
      if (this.#table.used[slot] !== 1 || this.#table.kindOf(slot) !== 'stale') continue;
      // A silent car with a rider or on the way to one goes before one that idles.
      const weight = nowMs - this.#table.time[slot]! + (this.#table.isBusy(slot) ? 3_600_000 : 0);
      urgent.push([this.#table.ids[slot]!, weight + 86_400_000]);
    }
    for (const [id, trip] of this.#directory.tripOf) {
      const weight = Math.max(lateMs(trip, nowMs), longAtPickupMs(trip, nowMs));
      const slot = this.#table.slotOf(id);
      if (weight > 0 && !(slot !== undefined && this.#table.kindOf(slot) === 'stale')) urgent.push([id, weight]);
    }
    return urgent.sort((a, b) => b[1] - a[1]).map(([id]) => id);
  }

  #unsearched({ filter, allNeeds, nowMs }: Question): Row[] {
    const rows: Row[] = [];
    const waiting = filter === 'all' ? this.#directory.unassigned : [];
    if (waiting.length > 0) {
      rows.push({ type: 'heading', text: waiting.length > waitingLimit ? `Waiting for a driver · ${waiting.length}` : 'Waiting for a driver' });
      for (const trip of waiting.slice(0, waitingLimit)) rows.push({ type: 'trip', id: trip.id });
    }
    const needs = this.needs(nowMs).filter((id) => this.#passes(id, filter));
    if (needs.length > 0) {
      rows.push({ type: 'heading', text: 'Need a look' });
      // One more costs no more room than the line that says so.
      const shown = allNeeds || needs.length <= firstNeeds + 1 ? needs : needs.slice(0, firstNeeds);
      for (const id of shown) rows.push({ type: 'car', id });
      if (shown.length < needs.length) rows.push({ type: 'more', text: `Show all ${needs.length}` });
    }
    const needed = new Set(needs);
    const rest = this.#order.filter((id) => !needed.has(id) && this.#passes(id, filter));
    if (rest.length > 0) rows.push({ type: 'heading', text: 'In this view' });
    for (const id of rest) rows.push({ type: 'car', id });
    return rows;
  }

  #found(words: string, { filter }: Question): Row[] {
    const here: Row[] = [];
    const elsewhere: Row[] = [];
    for (const id of this.#order) {
      if (here.length < foundLimit && this.#passes(id, filter) && this.#text(id).includes(words)) here.push({ type: 'car', id });
    }
    if (filter === 'all') {
      for (const trip of this.#directory.unassigned) {
        if (`${trip.id} ${trip.pickup.label ?? ''} ${trip.dropoff.label ?? ''}`.toLowerCase().includes(words)) here.unshift({ type: 'trip', id: trip.id });
      }
      for (const id of this.#directory.drivers.keys()) {
        if (elsewhere.length >= foundLimit) break;
        if (this.#table.slotOf(id) === undefined && this.#text(id).includes(words)) elsewhere.push({ type: 'car', id });
      }
    }
    if (here.length > 0) here.unshift({ type: 'heading', text: 'In this view' });
    if (elsewhere.length > 0) here.push({ type: 'heading', text: 'Elsewhere' }, ...elsewhere);
    return here;
  }

  #passes(id: string, filter: Kind | 'all'): boolean {
    if (filter === 'all') return true;
    const slot = this.#table.slotOf(id);
    return slot !== undefined && this.#table.kindOf(slot) === filter;
  }

  /** What a search looks through: plate with and without its spaces, driver, vehicle, ids. */
  #text(id: string): string {
    const { name = '', vehicle = '', plate = '' } = this.#directory.drivers.get(id) ?? {};
    return `${plate} ${plate.replaceAll(' ', '')} ${name} ${vehicle} ${id} ${this.#directory.tripOf.get(id)?.id ?? ''}`.toLowerCase();
  }

  #sort(): void {
    const named = this.#directory.drivers.size;
    if (this.#membership === this.#table.membership && this.#keysOf === named) return;
    if (this.#keysOf !== named) {
      this.#keys.clear();
      this.#order = [];
    }
    this.#keysOf = named;
    this.#membership = this.#table.membership;
    const stay = this.#order.filter((id) => this.#table.slotOf(id) !== undefined);
    const known = new Set(stay);
    const fresh = this.#table.ids.filter((id): id is string => id !== undefined && !known.has(id));
    for (const id of fresh) this.#keys.set(id, this.#directory.drivers.get(id)?.plate ?? id);
    if (this.#keys.size > 4 * (stay.length + fresh.length) + 1000) for (const id of this.#keys.keys()) if (!known.has(id) && this.#table.slotOf(id) === undefined) this.#keys.delete(id);
    fresh.sort((a, b) => this.#compare(a, b));
    this.#order = merged(stay, fresh, (a, b) => this.#compare(a, b));
  }

  #compare(a: string, b: string): number {
    const [x, y] = [this.#keys.get(a)!, this.#keys.get(b)!];
    return x < y ? -1 : x > y ? 1 : a < b ? -1 : 1;
  }
}

function merged(a: readonly string[], b: readonly string[], compare: (a: string, b: string) => number): string[] {
  if (b.length === 0) return [...a];
  const all: string[] = [];
  let i = 0;
  for (const one of b) {
    while (i < a.length && compare(a[i]!, one) < 0) all.push(a[i++]!);
    all.push(one);
  }
  while (i < a.length) all.push(a[i++]!);
  return all;
}

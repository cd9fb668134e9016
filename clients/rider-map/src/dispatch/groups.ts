/** Puts cars that lie close together into groups, on a grid that is fixed to the ground. Pure. */
import { worldPixels } from '../map/mercator.js';
import { kindIndex, type FleetTable } from './fleet-table.js';

/** Side of a cell, pixels, and how many cars make a group. */
export const cellPixels = 62;
export const fewest = 6;

/** The grid is that of the nearest such step of zoom, so that it stands still while the map is dragged and zoomed a little. */
const zoomStep = 0.25;

export interface Group {
  /** Mercator, 0 to 1: the middle of its cars. */
  readonly x: number;
  readonly y: number;
  readonly idle: number;
  readonly busy: number;
  readonly stale: number;
}

export interface Grouping {
  readonly groups: readonly Group[];
  /** By slot, 1: the car is in a group and not drawn by itself. */
  readonly grouped: Uint8Array;
}

interface Cell {
  idle: number;
  busy: number;
  stale: number;
  x: number;
  y: number;
}

const names = ['idle', 'busy', 'stale'] as const;

/** `apart` is never grouped: the car that was chosen. `wanted` leaves cars out that a filter hides. */
export function group(table: FleetTable, zoom: number, apart: number | undefined, wanted: (slot: number) => boolean): Grouping {
  const cells = worldPixels(Math.round(zoom / zoomStep) * zoomStep) / cellPixels;
  const byKey = new Map<number, Cell>();
  const keys = new Float64Array(table.length);
  for (let slot = 0; slot < table.length; slot++) {
    keys[slot] = -1;
    if (table.used[slot] !== 1 || slot === apart || !wanted(slot)) continue;
    const x = table.toX[slot]!;
    const y = table.toY[slot]!;
    const key = (keys[slot] = Math.floor(x * cells) * 2 ** 26 + Math.floor(y * cells));
    let cell = byKey.get(key);
    if (!cell) byKey.set(key, (cell = { idle: 0, busy: 0, stale: 0, x: 0, y: 0 }));
    cell[names[kindIndex(table.kind[slot]!)]!]++;
    cell.x += x;
    cell.y += y;
  }
  const groups: Group[] = [];
  for (const [key, { idle, busy, stale, x, y }] of byKey) {
    const count = idle + busy + stale;
    if (count < fewest) byKey.delete(key);
    else groups.push({ idle, busy, stale, x: x / count, y: y / count });
  }
  const grouped = new Uint8Array(table.length);
  for (let slot = 0; slot < table.length; slot++) grouped[slot] = byKey.has(keys[slot]!) ? 1 : 0;
  return { groups, grouped };
}

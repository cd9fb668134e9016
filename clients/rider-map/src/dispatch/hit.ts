/** What lies under the pointer: a group, or the nearest car. Pure. */
import type { LngLat } from '../map/geo.js';
import { mercatorX, mercatorY, worldPixels } from '../map/mercator.js';
import type { FleetTable } from './fleet-table.js';
import type { Group } from './groups.js';

/** A finger is wider than a mark, pixels. */
const reach = 15;
const groupReach = 19;

export function hitGroup(
  groups: readonly Group[],
  x: number,
  y: number,
  project: (mercatorX: number, mercatorY: number) => { readonly x: number; readonly y: number },
): Group | undefined {
  return groups.find((group) => {
    const at = project(group.x, group.y);
    return Math.hypot(at.x - x, at.y - y) <= groupReach;
  });
}

/** The slot of the nearest car within reach, of those that are `shown`. */
export function hitSlot(table: FleetTable, at: LngLat, zoom: number, nowMs: number, shown: (slot: number) => boolean): number | undefined {
  const limit = reach / worldPixels(zoom);
  const x = mercatorX(at.lng);
  const y = mercatorY(at.lat);
  let nearest: number | undefined;
  let best = limit;
  for (let slot = 0; slot < table.length; slot++) {
    if (table.used[slot] !== 1) continue;
    // Most are far off by their newest fix alone.
    if (Math.abs(table.toX[slot]! - x) > limit * 20 || Math.abs(table.toY[slot]! - y) > limit * 20) continue;
    const distance = Math.hypot(table.x(slot, nowMs) - x, table.y(slot, nowMs) - y);
    if (distance < best && shown(slot)) {
      best = distance;
      nearest = slot;
    }
  }
  return nearest;
}

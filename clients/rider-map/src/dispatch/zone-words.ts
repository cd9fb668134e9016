/** What the zones' card and bar say. Pure. */
import type { ApiError } from './api.js';
import type { ZonePen } from './zone-pen.js';

export function carsWords(count: number): string {
  return count === 1 ? '1 car' : `${count} cars`;
}

/** Whoever goes somewhere else would lose what was drawn or moved. */
export const unsavedWords = 'Save the zone first, or cancel it.';

/** What to do next while drawing. */
export function penWords({ fault, corners }: ZonePen): string {
  if (corners.length === 0) return 'Click the map to set the corners of the zone.';
  if (fault === undefined) return 'Click the first corner, or Done, to close it.';
  return corners.length > 2 ? `${fault}: undo a corner.` : `${fault} to go.`;
}

/** What to do next while corners are moved. */
export function shapeWords(state: { readonly crosses: boolean; readonly takes: boolean; readonly byFinger: boolean }): string {
  if (state.takes) return `${state.byFinger ? 'Tap' : 'Click'} where this corner should be.`;
  if (state.crosses) return 'The border crosses itself: move a corner, or undo.';
  return state.byFinger ? 'Drag a corner, or a small dot to add one.' : 'Drag a corner, or a small dot to add one. On the keyboard: arrows and Delete.';
}

/** What the server finds wrong with a zone; it names members of the GeoJSON. */
const areas: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/in another hole|two rings are the same/, 'Two holes of this zone lie in each other.'],
  [/overlap|one polygon lies in/, 'The parts of this zone overlap, or the border of one crosses itself. Move a corner, then save again.'],
  [/cuts or touches itself/, 'The border crosses or touches itself. Move a corner, then save again.'],
  [/hole lies outside/, 'A hole of this zone lies outside its border. Move a corner, then save again.'],
  [/cut it in two/, 'A hole cuts this zone in two. Move a corner, then save again.'],
  [/covers nothing/, 'This border encloses nothing. Move a corner, then save again.'],
];

export function faultWords(error: ApiError): string {
  const detail = String(error.problem['detail'] ?? '');
  const found = error.kind === 'malformed-body' ? areas.find(([pattern]) => pattern.test(detail)) : undefined;
  return found?.[1] ?? error.message;
}

/** The zone that is being changed is not any more what this page had read. */
export const meanwhileWords = {
  changed: 'Somebody else changed this zone meanwhile. Save again to put yours in its place.',
  gone: 'Somebody else deleted this zone meanwhile. Save again to keep yours.',
} as const;

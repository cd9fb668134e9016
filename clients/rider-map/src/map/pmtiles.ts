/** Lets MapLibre read a PMTiles archive: one file on any server that answers range requests. Loaded only where one is configured. */
import type * as maplibregl from 'maplibre-gl';
import { Protocol } from 'pmtiles';

let added = false;

export function addPmtiles(library: Pick<typeof maplibregl, 'addProtocol'>): void {
  if (added) return;
  added = true;
  // With metadata the archive's own attribution comes along.
  library.addProtocol('pmtiles', new Protocol({ metadata: true }).tile);
}

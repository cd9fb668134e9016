/**
 * In place of `map/workers.ts` in the embedded map: both workers lie in the one file, and are started from blobs, as a worker
 * may not come from another site. A page with a policy needs `worker-src blob:`.
 */
import mapWorker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?raw';
import ReachWorker from '../rider/reach-worker.ts?worker&inline';

let url: string | undefined;

/** Made once a page: MapLibre takes one address for all its maps. */
export const mapWorkerUrl = (): string => (url ??= URL.createObjectURL(new Blob([mapWorker], { type: 'text/javascript' })));

export const startReachWorker = (): Worker => new ReachWorker();

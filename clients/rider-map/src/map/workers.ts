/** Where the workers come from: files of this site. The embedded map has all in one file, and puts `embed/workers.ts` here. */
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';

export const mapWorkerUrl = (): string => workerUrl;

export const startReachWorker = (): Worker => new Worker(new URL('../rider/reach-worker.ts', import.meta.url), { type: 'module' });

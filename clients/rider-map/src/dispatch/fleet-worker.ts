/** Reads the stream of the view off the page's thread: a megabyte of JSON a second would cost the page a frame each time. */
import { watchVehicles, type VehiclesWatch } from '@ridetracker/rider-client';
import { FleetDiff } from './fleet-diff.js';
import type { ToPage, ToWorker } from './fleet-message.js';

/** How many questions for a token may wait for the page's answer. */
const asksLimit = 16;

const asks = new Map<number, (token: string) => void>();
const diff = new FleetDiff();
let watch: VehiclesWatch | undefined;
let lastAsk = 0;

function tell(message: ToPage, transfer: Transferable[] = []): void {
  (self as unknown as { postMessage(message: ToPage, transfer: Transferable[]): void }).postMessage(message, transfer);
}

function token(refused: boolean): Promise<string> {
  const ask = ++lastAsk;
  // The oldest question is of a connection that is long over.
  if (asks.size >= asksLimit) asks.delete(asks.keys().next().value ?? 0);
  return new Promise((resolve) => {
    asks.set(ask, resolve);
    tell({ type: 'token', ask, refused });
  });
}

function follow({ url, box, strategy }: Extract<ToWorker, { type: 'watch' }>): void {
  watch?.close();
  const next = (watch = watchVehicles(url, { bbox: box, strategy, getToken: ({ refused }) => token(refused) }));
  next.on('state', ({ vehicles }) => {
    const delta = diff.accept(vehicles);
    const { slots, x, y, heading, speed, time, kind } = delta.rows;
    tell({ type: 'fleet', delta, box }, [slots, x, y, heading, speed, time, kind].map((column) => column.buffer as ArrayBuffer));
  });
  next.on('status', (status) => tell({ type: 'status', status, pollIntervalMs: next.capabilities.pollIntervalMs }));
  next.on('end', (end) => {
    if (end.reason !== 'closed') tell({ type: 'end', end });
  });
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'watch') follow(data);
  else if (data.type === 'use') watch?.use(data.strategy);
  else if (data.type === 'retry') watch?.retryNow();
  else {
    const resolve = asks.get(data.ask);
    asks.delete(data.ask);
    // Without a token the question stays open: the page is about to be signed in again, and will begin anew.
    if (data.token !== undefined) resolve?.(data.token);
  }
});

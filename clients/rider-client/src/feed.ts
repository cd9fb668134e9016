/** Hands out what a watch hears: as events, and to an iterator. */
import { WatchError, type WatchEvents } from './options.js';
import type { End } from './types.js';

type Listener = (value: never) => void;

export interface Feed<T> extends AsyncIterable<T> {
  latest: T | undefined;
  ended: End | undefined;
  on<K extends keyof WatchEvents<T>>(type: K, listener: (value: WatchEvents<T>[K]) => void): () => void;
  emit<K extends keyof WatchEvents<T>>(type: K, value: WatchEvents<T>[K]): void;
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined>;
}

export function createFeed<T extends { readonly reset?: boolean }>(): Feed<T> {
  const listeners: { [K in keyof WatchEvents<T>]?: Set<Listener> } = {};
  const feed: Feed<T> = {
    latest: undefined,
    ended: undefined,
    on(type, listener) {
      const all = (listeners[type] ??= new Set<Listener>());
      all.add(listener);
      return () => all.delete(listener);
    },
    emit(type, value) {
      for (const listener of new Set(listeners[type])) listener(value as never);
    },
    async *[Symbol.asyncIterator]() {
      let pending = feed.latest;
      let wake = (): void => {};
      const offState = feed.on('state', (state) => {
        pending = pending?.reset ? { ...state, reset: true } : state;
        wake();
      });
      const offEnd = feed.on('end', () => wake());
      try {
        for (;;) {
          if (pending !== undefined) {
            const state = pending;
            pending = undefined;
            yield state;
          } else if (feed.ended) {
            if (!/^trip-|closed/.test(feed.ended.reason)) throw new WatchError(feed.ended);
            return;
          } else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        offState();
        offEnd();
      }
    },
  };
  return feed;
}

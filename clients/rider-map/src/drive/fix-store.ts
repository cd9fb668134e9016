/** Keeps a driver's fixes in IndexedDB, so that a reload, a crash or a flat battery loses none that was not settled. */
import type { DriverFix } from './fix.js';
import type { SettledFix } from './fix-buffer.js';

interface Row {
  readonly time: number;
  readonly fix: DriverFix;
  /** When the server settled it, Unix milliseconds; absent while it waits. */
  readonly settledAtMs?: number;
}

export interface Kept {
  readonly waiting: readonly DriverFix[];
  readonly settled: readonly SettledFix[];
  readonly hub: string | undefined;
}

const fixes = 'fixes';
const notes = 'notes';

/** Writes are in the order of the calls; one that fails is told once to `onTrouble`, and driving goes on from memory. */
export class FixStore {
  readonly #database: IDBDatabase | undefined;
  readonly #onTrouble: () => void;

  private constructor(database: IDBDatabase | undefined, onTrouble: () => void) {
    this.#database = database;
    this.#onTrouble = onTrouble;
  }

  /** Where a browser has no IndexedDB to give (a private window), nothing is kept, and `onTrouble` is told. */
  static async open(driver: string, onTrouble: () => void): Promise<FixStore> {
    try {
      const opening = indexedDB.open(`ridetracker-drive-${driver}`, 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore(fixes, { keyPath: 'time' });
        opening.result.createObjectStore(notes);
      };
      return new FixStore(await result(opening), onTrouble);
    } catch {
      onTrouble();
      return new FixStore(undefined, onTrouble);
    }
  }

  async load(): Promise<Kept> {
    if (!this.#database) return { waiting: [], settled: [], hub: undefined };
    const [rows, hub] = await this.#read(this.#database);
    return {
      waiting: rows.filter(({ settledAtMs }) => settledAtMs === undefined).map(({ fix }) => fix),
      settled: rows.flatMap(({ fix, settledAtMs }) => (settledAtMs === undefined ? [] : [{ fix, atMs: settledAtMs }])),
      hub: typeof hub === 'string' ? hub : undefined,
    };
  }

  async #read(database: IDBDatabase): Promise<readonly [readonly Row[], unknown]> {
    try {
      const reading = database.transaction([fixes, notes]);
      return await Promise.all([
        result(reading.objectStore(fixes).getAll() as IDBRequest<Row[]>),
        result(reading.objectStore(notes).get('hub') as IDBRequest<unknown>),
      ]);
    } catch {
      this.#onTrouble();
      return [[], undefined];
    }
  }

  keep(fix: DriverFix): void {
    this.#write((store) => store.put({ time: fix.time, fix } satisfies Row));
  }

  /** Taken fixes stay for as long as a new hub may want them; refused and dropped ones go. */
  settle(taken: readonly DriverFix[], gone: readonly DriverFix[], nowMs: number, keepMs: number): void {
    this.#write((store) => {
      for (const fix of taken) store.put({ time: fix.time, fix, settledAtMs: nowMs } satisfies Row);
      for (const fix of gone) store.delete(fix.time);
      const oldest = store.openCursor();
      oldest.onsuccess = () => {
        const cursor = oldest.result;
        if (!cursor) return;
        const { settledAtMs } = cursor.value as Row;
        if (settledAtMs !== undefined && nowMs - settledAtMs > keepMs) cursor.delete();
        // Beyond the fixes that are young enough nothing is settled longer.
        else if (settledAtMs !== undefined) return;
        cursor.continue();
      };
    });
  }

  noteHub(hub: string): void {
    try {
      this.#database?.transaction(notes, 'readwrite').objectStore(notes).put(hub, 'hub');
    } catch {
      this.#onTrouble();
    }
  }

  #write(work: (store: IDBObjectStore) => void): void {
    try {
      const writing = this.#database?.transaction(fixes, 'readwrite', { durability: 'relaxed' });
      if (!writing) return;
      writing.onerror = writing.onabort = () => this.#onTrouble();
      work(writing.objectStore(fixes));
    } catch {
      this.#onTrouble();
    }
  }
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed.'));
  });
}

/** What a network can do to an answer, and by whom it is done at the moment. */
import type { Readable, Writable } from 'node:stream';
import type { Asked, Way } from './fault-proxy.js';

export type Fault =
  | 'none'
  /** Holds an answer back until it is whole: an event stream never is. */
  | 'buffer'
  /** Lets the first bytes of a stream through and then keeps them until there are many. */
  | 'lumps'
  /** Brings every byte late. */
  | 'delay'
  /** Takes requests and bytes, and gives nothing back. */
  | 'black-hole'
  /** Breaks every connection that is tried, and those that are open with their next bytes. */
  | 'cut'
  /** Bytes are not what they were. */
  | 'garble'
  /** A page of HTML, as of a portal that wants a sign-in: with 200, 502 or 404. */
  | 'web-page'
  | 'bad-gateway'
  | 'not-found'
  /** Has never heard of WebSockets. */
  | 'no-upgrade';

export const allFaults: readonly Fault[] = [
  'buffer', 'lumps', 'delay', 'black-hole', 'cut', 'garble', 'web-page', 'bad-gateway', 'not-found', 'no-upgrade',
];

const lumpBytes = 6000;

export class Faults {
  /** Of `delay`, milliseconds. */
  delayMs = 12_000;
  #fault: Fault = 'none';
  #only: readonly Way[] | undefined;

  get now(): Fault {
    return this.#fault;
  }

  /** `only`: the ways that it happens to; the API, all of it, where nothing is said. */
  set(fault: Fault, only?: readonly Way[]): void {
    this.#fault = fault;
    this.#only = only;
  }

  of({ way, path }: Asked): Fault {
    const hit = this.#only ? this.#only.includes(way) : path.startsWith('/v1/') || path.startsWith('/demo/');
    return hit ? this.#fault : 'none';
  }

  /** Carries bytes from one to the other. `head` is called before the first ones. */
  pipe(asked: Asked, from: Readable, to: Writable, head: () => void = () => {}): { stop(): void } {
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const held: Buffer[] = [];
    let headed = false;
    let dead = false;
    let due = 0;
    const write = (bytes: Buffer | undefined): void => {
      if (dead || to.destroyed) return;
      if (!headed) head();
      headed = true;
      if (bytes) to.write(bytes);
      else to.end();
    };
    const flush = (): void => {
      for (const bytes of held.splice(0)) write(bytes);
    };
    /** Bytes never overtake one another, also where the delay ends between them. */
    const later = (bytes: Buffer | undefined, ms: number): void => {
      due = Math.max(due, Date.now() + ms);
      if (due <= Date.now()) return write(bytes);
      const timer = setTimeout(() => {
        timers.delete(timer);
        write(bytes);
      }, due - Date.now());
      timers.add(timer);
    };
    const take = (bytes: Buffer | undefined): void => {
      const fault = this.of(asked);
      if (fault === 'black-hole') dead = true;
      if (dead) return;
      if (fault === 'cut') return void to.destroy();
      if (bytes && (fault === 'buffer' || (fault === 'lumps' && headed))) {
        held.push(bytes);
        if (fault === 'buffer' || held.reduce((sum, { length }) => sum + length, 0) < lumpBytes) return;
        return flush();
      }
      flush();
      later(bytes && fault === 'garble' ? garbled(bytes) : bytes, fault === 'delay' ? this.delayMs : 0);
    };
    if (this.of(asked) !== 'buffer') later(Buffer.alloc(0), this.of(asked) === 'delay' ? this.delayMs : 0);
    from.on('data', take);
    from.on('end', () => take(undefined));
    from.on('error', () => to.destroy());
    return {
      stop() {
        dead = true;
        timers.forEach(clearTimeout);
      },
    };
  }
}

/** Every eleventh byte is another one. */
function garbled(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = 10; i < copy.length; i += 11) copy[i] = 0x21 + (copy[i]! % 0x5d);
  return copy;
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Weather {
  /** What comes next, and for how long, milliseconds. */
  next(): { readonly fault: Fault; readonly only: readonly Way[] | undefined; readonly forMs: number };
}

/** Bad times and good ones in turn; the same for the same seed. */
export function weather(seed: number): Weather {
  const random = seeded(seed);
  let good = false;
  const ways: readonly (readonly Way[] | undefined)[] = [undefined, undefined, ['sse'], ['websocket'], ['sse', 'websocket']];
  return {
    next() {
      good = !good;
      const fault = good ? 'none' : allFaults[Math.floor(random() * allFaults.length)]!;
      const only = ways[Math.floor(random() * ways.length)];
      return { fault, only, forMs: 2000 + Math.floor(random() * (good ? 10_000 : 18_000)) };
    },
  };
}

/** What one way of asking did in the last minute: a bounded log on the lab's own clock, which stands still in a pause. Pure. */

/** Figures look back this far, milliseconds. */
export const windowMs = 60_000;

/** No list grows beyond this, whatever the server does; a second holds far fewer in a healthy run. */
const entryLimit = 4000;

/** A question to the server, or a line that is held open. */
export interface Exchange {
  readonly startMs: number;
  /** A line stays open after the first answer. */
  readonly line: boolean;
  endMs: number | undefined;
  failed: boolean;
}

/** A picture that was shown: how old it was at that moment, or none from then on. */
export interface Shown {
  readonly atMs: number;
  readonly ageMs: number | undefined;
}

export interface Answer {
  readonly atMs: number;
  readonly news: boolean;
}

export interface Gap {
  readonly startMs: number;
  endMs: number | undefined;
}

export class Ledger {
  readonly #exchanges: Exchange[] = [];
  readonly #answers: Answer[] = [];
  readonly #shown: Shown[] = [];
  readonly #gaps: Gap[] = [];
  readonly #bytes: { readonly atMs: number; count: number }[] = [];

  get exchanges(): readonly Exchange[] {
    return this.#exchanges;
  }

  get answers(): readonly Answer[] {
    return this.#answers;
  }

  get shown(): readonly Shown[] {
    return this.#shown;
  }

  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  asked(atMs: number, line: boolean): Exchange {
    const exchange: Exchange = { startMs: atMs, line, endMs: undefined, failed: false };
    push(this.#exchanges, exchange);
    return exchange;
  }

  /** Of an exchange that has ended before nothing changes. */
  done(exchange: Exchange, atMs: number, failed = false): void {
    if (exchange.endMs !== undefined) return;
    exchange.endMs = atMs;
    exchange.failed = failed;
  }

  answered(atMs: number, news: boolean): void {
    push(this.#answers, { atMs, news });
  }

  /** A picture was shown whose newest fix was so old. */
  show(atMs: number, ageMs: number): void {
    push(this.#shown, { atMs, ageMs });
  }

  /** From here on there is no picture: a pause, another trip. */
  blank(atMs: number): void {
    if (this.#shown.at(-1)?.ageMs !== undefined) push(this.#shown, { atMs, ageMs: undefined });
  }

  received(atMs: number, bytes: number): void {
    // A hundredth of a second in one entry, so that a fast stream does not fill the log.
    const last = this.#bytes.at(-1);
    if (last && atMs - last.atMs < 10) last.count += bytes;
    else push(this.#bytes, { atMs, count: bytes });
  }

  bytesSince(fromMs: number): number {
    let sum = 0;
    for (const entry of this.#bytes) if (entry.atMs >= fromMs) sum += entry.count;
    return sum;
  }

  /** The connection broke; until `restored` nothing comes. */
  broke(atMs: number): void {
    if (!this.#gaps.some((gap) => gap.endMs === undefined)) push(this.#gaps, { startMs: atMs, endMs: undefined });
  }

  restored(atMs: number): void {
    for (const gap of this.#gaps) gap.endMs ??= atMs;
  }

  /** All that is open ends: the lab pauses. */
  halt(atMs: number): void {
    for (const exchange of this.#exchanges) this.done(exchange, atMs);
    this.restored(atMs);
    this.blank(atMs);
  }

  /** Forgets what no figure looks at any more. */
  prune(nowMs: number): void {
    const fromMs = nowMs - windowMs;
    dropWhile(this.#exchanges, (exchange) => exchange.endMs !== undefined && exchange.endMs < fromMs);
    dropWhile(this.#answers, (answer) => answer.atMs < fromMs);
    dropWhile(this.#gaps, (gap) => gap.endMs !== undefined && gap.endMs < fromMs);
    dropWhile(this.#bytes, (entry) => entry.atMs < fromMs);
    // The picture that was there when the window begins is part of it.
    dropWhile(this.#shown, (_, next) => next !== undefined && next.atMs <= fromMs);
  }
}

function push<T>(list: T[], entry: T): void {
  list.push(entry);
  if (list.length > entryLimit) list.shift();
}

function dropWhile<T>(list: T[], old: (entry: T, next: T | undefined) => boolean): void {
  let count = 0;
  while (count < list.length && old(list[count]!, list[count + 1])) count++;
  if (count > 0) list.splice(0, count);
}

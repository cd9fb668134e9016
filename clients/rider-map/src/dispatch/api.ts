/** Asks Records with the session's token, and puts what it refuses in words. */
import type { Session } from './session.js';

/** An answer other than 2xx, or none at all (`status` 0). `message` is for the person who reads the page. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Readonly<Record<string, unknown>>,
  ) {
    super(wordsOf(status, problem));
    this.name = 'ApiError';
  }

  /** The problem's word, such as `driver-unavailable`. */
  get kind(): string {
    return String(this.problem['type'] ?? '').replace(/^.*\//, '');
  }
}

export interface Request {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export class Api {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** The answer's JSON; undefined where it has none. */
  async json<T>(path: string, request: Request = {}): Promise<T> {
    const response = await this.fetch(path, request);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  /** Every page of a list, handed over as it comes; stops after `limit` items. */
  async pages<T>(path: string, limit: number, take: (items: readonly T[]) => void, signal?: AbortSignal): Promise<void> {
    let after: string | undefined;
    for (let seen = 0; seen < limit; ) {
      const separator = path.includes('?') ? '&' : '?';
      const page: { items: T[]; next?: string } = await this.json(
        `${path}${separator}limit=200${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
        signal ? { signal } : {},
      );
      take(page.items);
      seen += page.items.length;
      after = page.next;
      if (after === undefined) return;
    }
  }

  /** A refused token is renewed, or waits for a new sign-in; then the request is made again. */
  async fetch(path: string, { method = 'GET', body, headers = {}, signal }: Request): Promise<Response> {
    let refused: string | undefined;
    for (;;) {
      const token = await this.#session.get(refused);
      const response = await fetch(path, {
        method,
        headers: {
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
          Authorization: `Bearer ${token}`,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
        cache: 'no-store',
      }).catch((error: unknown) => {
        if (signal?.aborted) throw error;
        throw new ApiError(0, {});
      });
      if (response.ok) return response;
      if (response.status !== 401) throw new ApiError(response.status, (await response.json().catch(() => ({}))) as Record<string, unknown>);
      await response.body?.cancel();
      refused = token;
    }
  }
}

function wordsOf(status: number, problem: Readonly<Record<string, unknown>>): string {
  const trip = (problem['trip'] ?? {}) as { status?: string };
  if (status === 409 && trip.status === 'complete') return 'This trip is over already.';
  if (status === 409 && trip.status === 'canceled') return 'This trip was cancelled already.';
  switch (String(problem['type'] ?? '').replace(/^.*\//, '')) {
    case 'illegal-move':
      return 'This trip has gone on in the meantime, and that is not possible any more.';
    case 'version-conflict':
      return 'Somebody else changed this trip a moment ago. Look again, then decide.';
    case 'driver-unavailable':
      return 'This driver can’t take it: off duty, or with another trip already waiting.';
    case 'forbidden':
      return 'You are not allowed to do this.';
    case 'not-found':
      return 'It is not there any more.';
    case 'too-many':
      return 'There are as many zones as this server keeps.';
    case 'database-unavailable':
      return 'Records can’t be reached right now. Try again in a moment.';
    case 'malformed-body':
      return `The server does not take this: ${String(problem['detail'] ?? 'something is missing')}`;
  }
  if (status === 0) return 'We can’t reach RideTracker. Check your connection and try again.';
  if (status === 429 || status >= 500) return 'RideTracker is busy or away. Try again in a moment.';
  return String(problem['detail'] ?? problem['title'] ?? 'That did not work.');
}

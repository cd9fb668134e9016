/** How the nodes do, in the words of the bar. Pure but for the question. */
import { ApiError, type Api } from './api.js';

export interface Node {
  readonly id: string;
  readonly heardAt: number;
  readonly status: 'ready' | 'draining' | 'not-ready';
  readonly drivers?: number;
  readonly fixesPerSecond?: number;
  readonly rejectedPerSecond?: number;
  readonly seenMs?: { readonly p50: number; readonly p99: number };
}

export interface Health {
  readonly nodes: readonly { readonly id: string; readonly tone: 'live' | 'warn' | 'bad'; readonly words: string }[];
  readonly text: string;
  readonly tone: 'live' | 'warn' | 'bad';
  readonly fixesPerSecond: number | undefined;
  /** Worst node's 99th percentile of what clients say about the age of their picture, milliseconds. */
  readonly seenP99Ms: number | undefined;
  readonly rejectedPerSecond: number | undefined;
}

/** A node that fell silent is named for this long, milliseconds. */
const rememberMs = 10 * 60_000;
const nodesLimit = 64;

export class HealthWatch {
  readonly #api: Api;
  readonly #seen = new Map<string, number>();
  /** Undefined: not known. */
  latest: Health | undefined;

  constructor(api: Api) {
    this.#api = api;
  }

  /** False where this server does not tell of its nodes. */
  async ask(): Promise<boolean> {
    try {
      const { now, nodes } = await this.#api.json<{ now: number; nodes: readonly Node[] }>('/v1/nodes');
      this.latest = this.judge(nodes, now);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.latest = undefined;
      return error.status !== 404 && error.status !== 403;
    }
  }

  judge(nodes: readonly Node[], nowMs: number): Health {
    for (const { id, status } of nodes.slice(0, nodesLimit)) {
      // One that said that it goes is not missed.
      if (status === 'draining') this.#seen.delete(id);
      else this.#seen.set(id, nowMs);
    }
    const here = new Set(nodes.map(({ id }) => id));
    const gone: string[] = [];
    for (const [id, seenMs] of this.#seen) {
      if (nowMs - seenMs > rememberMs) this.#seen.delete(id);
      else if (!here.has(id)) gone.push(id);
    }
    const draining = nodes.filter(({ status }) => status === 'draining');
    const unready = nodes.filter(({ status }) => status === 'not-ready');
    const trouble = [
      ...(gone.length > 0 ? [`${gone.length} gone`] : []),
      ...(unready.length > 0 ? [`${unready.length} not ready`] : []),
      ...(draining.length > 0 ? [`${draining.length} draining`] : []),
    ];
    const count = nodes.length + gone.length;
    return {
      nodes: [
        ...nodes.map(({ id, status }) => ({
          id,
          tone: status === 'ready' ? ('live' as const) : status === 'draining' ? ('warn' as const) : ('bad' as const),
          words: `${id}: ${status === 'not-ready' ? 'not ready' : status}`,
        })),
        ...gone.map((id) => ({ id, tone: 'bad' as const, words: `${id}: not heard any more` })),
      ],
      text: [count === 1 ? '1 node' : `${count} nodes`, ...trouble].join(', '),
      tone: gone.length > 0 || unready.length > 0 ? 'bad' : draining.length > 0 ? 'warn' : 'live',
      fixesPerSecond: sum(nodes.map((node) => node.fixesPerSecond)),
      seenP99Ms: nodes.reduce<number | undefined>((worst, { seenMs }) => (seenMs ? Math.max(worst ?? 0, seenMs.p99) : worst), undefined),
      rejectedPerSecond: sum(nodes.map((node) => node.rejectedPerSecond)),
    };
  }
}

function sum(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((all, value) => all + value, 0);
}

/** The talk between page and server as lines to draw: who spoke when, over the last seconds. Pure. */
import type { Ledger } from './ledger.js';

/** How much of the talk is seen, milliseconds. */
export const stripMs = 12_000;

/** A line takes at least this share of the strip's width from one side to the other, so that it is seen to travel. */
const slant = 0.014;

export interface Leg {
  /** Where it leaves and where it arrives, 0 (oldest) to 1 (now) of the width. */
  readonly from: number;
  readonly to: number;
  readonly kind: 'question' | 'news' | 'nothing' | 'failed';
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface StripPlan {
  /** From the page down to the server. */
  readonly questions: readonly Leg[];
  /** From the server up to the page. */
  readonly answers: readonly Leg[];
  /** A question lies with the server, unanswered. */
  readonly waits: readonly Span[];
  /** A line is open. */
  readonly lines: readonly Span[];
}

export function stripPlan(ledger: Ledger, nowMs: number): StripPlan {
  const at = (ms: number): number => 1 - (nowMs - ms) / stripMs;
  const seen = (span: Span): boolean => span.to > -slant;
  const clipped = (span: Span): Span => ({ from: Math.max(0, span.from), to: Math.min(1, span.to) });
  const exchanges = ledger.exchanges.map((exchange) => ({
    ...exchange,
    from: at(exchange.startMs),
    to: at(exchange.endMs ?? nowMs),
  }));
  const questions = exchanges
    .filter((exchange) => exchange.from > -slant)
    .map(({ from, failed, line }): Leg => ({ from, to: from + slant, kind: failed && !line ? 'failed' : 'question' }));
  const answers = ledger.answers
    .map((answer): Leg => ({ from: at(answer.atMs) - slant, to: at(answer.atMs), kind: answer.news ? 'news' : 'nothing' }))
    .filter(seen);
  const waits = exchanges
    .filter((exchange) => !exchange.line && exchange.to - exchange.from > 3 * slant)
    .map(({ from, to }) => ({ from: from + slant, to: to - slant }))
    .filter(seen)
    .map(clipped);
  const lines = exchanges.filter((exchange) => exchange.line).filter(seen).map(clipped);
  return { questions, answers, waits, lines };
}

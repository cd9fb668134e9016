/** The figures of the minute in words. Pure. */
import { windowMs } from './ledger.js';
import type { Figures } from './figures.js';
import type { Strategy } from '@ridetracker/rider-client';

export interface Way {
  readonly strategy: Strategy;
  /** Of a short poll, milliseconds. */
  readonly pollMs?: number;
  readonly figures: Figures;
}

/** "4.8": seconds with one digit after the point, in the reader's own digits. */
export function seconds(ms: number, locale?: string): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(Math.max(0, ms) / 1000);
}

/** Kilobytes of 1,000 bytes. */
export function kilobytes(bytes: number, locale?: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: bytes < 9950 ? 1 : 0 }).format(bytes / 1000);
}

/** "a minute" once there is one; before that, of how many seconds the figures are. */
export function spanWords(spanMs: number): string {
  return spanMs >= windowMs ? 'a minute' : `in ${Math.floor(spanMs / 1000)} s`;
}

/** The lead, and what was seen; undefined while there is too little to say. */
export function verdict(ways: readonly Way[], locale?: string): { readonly lead: string; readonly text: string } | undefined {
  const spanMs = Math.min(...ways.map((way) => way.figures.spanMs));
  const polls = ways.filter((way) => way.strategy === 'poll' && way.figures.ageWorstMs !== undefined);
  const lines = ways.filter((way) => isLine(way.strategy) && way.figures.ageWorstMs !== undefined);
  if (!Number.isFinite(spanMs) || spanMs < 5000 || polls.length === 0 || lines.length === 0) return undefined;
  const lead = spanMs >= windowMs ? 'In this minute:' : `In the first ${Math.floor(spanMs / 1000)} s:`;
  const sentences = polls.map(({ pollMs, figures }) => {
    const nothing =
      figures.emptyAnswers === 0
        ? 'each with news'
        : `${figures.emptyAnswers === figures.answers ? 'all' : figures.emptyAnswers} of them for nothing`;
    return `asking every ${(pollMs ?? 0) / 1000} s took ${counted(figures.requests, 'request')}, ${nothing}, and the picture grew up to ${seconds(figures.ageWorstMs ?? 0, locale)} s old.`;
  });
  const requests = lines.reduce((sum, way) => sum + way.figures.requests, 0);
  const worst = Math.max(...lines.map((way) => way.figures.ageWorstMs ?? 0));
  const opened = requests === 0 ? 'took no request at all' : `took ${counted(requests, 'request')} to open`;
  sentences.push(`The open lines ${opened} and stayed at ${seconds(worst, locale)} s or less.`);
  return { lead, text: sentences.map((sentence, i) => (i === 0 ? sentence : capital(sentence))).join(' ') };
}

function isLine(strategy: Strategy): boolean {
  return strategy === 'sse' || strategy === 'websocket';
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

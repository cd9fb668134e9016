/** The figures of one way of asking over the last minute, from its ledger alone. Pure. */
import { windowMs, type Ledger, type Shown } from './ledger.js';

/** Ages are looked at this often, milliseconds: 600 looks a minute. */
const lookEveryMs = 100;

export interface Figures {
  /** How much of a minute the figures cover, milliseconds; less than a minute only at the beginning. */
  readonly spanMs: number;
  readonly requests: number;
  readonly bytes: number;
  readonly answers: number;
  readonly emptyAnswers: number;
  /** Age of what is shown, milliseconds; undefined while there is no picture. */
  readonly ageNowMs: number | undefined;
  readonly ageP50Ms: number | undefined;
  readonly ageP99Ms: number | undefined;
  readonly ageWorstMs: number | undefined;
  /** Requests and lines that are open now. */
  readonly open: number;
  readonly gaps: number;
  readonly gapMs: number;
}

export function figuresOf(ledger: Ledger, nowMs: number): Figures {
  const fromMs = Math.max(0, nowMs - windowMs);
  const answers = ledger.answers.filter((answer) => answer.atMs >= fromMs);
  const gaps = ledger.gaps.filter((gap) => (gap.endMs ?? nowMs) >= fromMs);
  const ages = agesBetween(ledger.shown, fromMs, nowMs).sort((a, b) => a - b);
  return {
    spanMs: nowMs - fromMs,
    requests: ledger.exchanges.filter((exchange) => exchange.startMs >= fromMs).length,
    bytes: ledger.bytesSince(fromMs),
    answers: answers.length,
    emptyAnswers: answers.filter((answer) => !answer.news).length,
    ageNowMs: ageAt(ledger.shown, nowMs),
    ageP50Ms: percentile(ages, 0.5),
    ageP99Ms: percentile(ages, 0.99),
    ageWorstMs: worstBetween(ledger.shown, fromMs, nowMs),
    open: ledger.exchanges.filter((exchange) => exchange.endMs === undefined).length,
    gaps: gaps.length,
    gapMs: gaps.reduce((sum, gap) => sum + (gap.endMs ?? nowMs) - Math.max(gap.startMs, fromMs), 0),
  };
}

/** How old the picture was at a moment: as old as when it was shown, and older by the time since. */
export function ageAt(shown: readonly Shown[], atMs: number): number | undefined {
  let last: Shown | undefined;
  for (const entry of shown) {
    if (entry.atMs > atMs) break;
    last = entry;
  }
  return last?.ageMs === undefined ? undefined : last.ageMs + atMs - last.atMs;
}

/** The nearest-rank percentile of sorted values. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** The saw's teeth between two moments: pieces over which one picture grew older. */
export interface Tooth {
  readonly fromMs: number;
  readonly toMs: number;
  readonly fromAgeMs: number;
  readonly toAgeMs: number;
}

export function teethBetween(shown: readonly Shown[], fromMs: number, toMs: number): Tooth[] {
  const teeth: Tooth[] = [];
  shown.forEach(({ atMs, ageMs }, i) => {
    const begin = Math.max(atMs, fromMs);
    const end = Math.min(shown[i + 1]?.atMs ?? toMs, toMs);
    if (ageMs === undefined || end < begin) return;
    teeth.push({ fromMs: begin, toMs: end, fromAgeMs: ageMs + begin - atMs, toAgeMs: ageMs + end - atMs });
  });
  return teeth;
}

function worstBetween(shown: readonly Shown[], fromMs: number, toMs: number): number | undefined {
  const tops = teethBetween(shown, fromMs, toMs).map((tooth) => tooth.toAgeMs);
  return tops.length === 0 ? undefined : Math.max(...tops);
}

function agesBetween(shown: readonly Shown[], fromMs: number, toMs: number): number[] {
  const ages: number[] = [];
  for (const tooth of teethBetween(shown, fromMs, toMs)) {
    // On one raster for all, so that a picture counts for as long as it stood.
    for (let atMs = Math.ceil(tooth.fromMs / lookEveryMs) * lookEveryMs; atMs < tooth.toMs; atMs += lookEveryMs) {
      ages.push(tooth.fromAgeMs + atMs - tooth.fromMs);
    }
  }
  return ages;
}

/** Whether a picture is clearly older than the best one, by what the eye had to bear at worst. */
export function isBehind(figures: Figures, bestP99Ms: number | undefined): boolean {
  return figures.ageP99Ms !== undefined && bestP99Ms !== undefined && figures.ageP99Ms > bestP99Ms * 1.2 + 300;
}

const scaleSteps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The top of a scale that holds the value: a round number. */
export function scaleTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (scaleSteps.find((step) => step * power >= value) ?? 10);
}

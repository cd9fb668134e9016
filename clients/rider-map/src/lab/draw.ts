/** Draws the talk strip and the saw of ages on canvases. Decides nothing. */
import { teethBetween } from './figures.js';
import { windowMs, type Ledger } from './ledger.js';
import { stripPlan, type Leg } from './strip-plan.js';

export interface LabColors {
  readonly accent: string;
  readonly accentSoft: string;
  readonly warn: string;
  readonly bad: string;
  readonly card: string;
  readonly ink: string;
  readonly ink3: string;
  readonly line: string;
}

/** The page's own colours, as they are in the theme of now. */
export function labColors(): LabColors {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  return {
    accent: color('--accent'),
    accentSoft: color('--accent-soft'),
    warn: color('--warn-dot'),
    bad: color('--bad'),
    card: color('--card'),
    ink: color('--ink'),
    ink3: color('--ink3'),
    line: color('--line'),
  };
}

/** Fits a canvas to its box and clears it; undefined while it has none (it is hidden). */
export function begin(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; width: number; height: number } | undefined {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return undefined;
  const ratio = Math.min(3, devicePixelRatio || 1);
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** Room for the dots at both ends, pixels. */
const edge = 6;

export function drawStrip(canvas: HTMLCanvasElement, ledger: Ledger, nowMs: number, colors: LabColors): void {
  const drawing = begin(canvas);
  if (!drawing) return;
  const { context, width, height } = drawing;
  const plan = stripPlan(ledger, nowMs);
  const top = edge;
  const bottom = height - 2;
  const x = (share: number): number => share * (width - edge);
  const path = (fromX: number, fromY: number, toX: number, toY: number): void => {
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
    context.stroke();
  };

  context.fillStyle = colors.accentSoft;
  for (const { from, to } of plan.lines) {
    const end = to === 1 ? width : x(to);
    context.fillRect(x(from), top, Math.max(0, end - x(from)), bottom - top);
  }
  context.lineCap = 'butt';
  context.strokeStyle = colors.ink3;
  context.lineWidth = 1.5;
  context.setLineDash([3, 3]);
  for (const { from, to } of plan.waits) if (to > from) path(x(from), bottom - 5, x(to), bottom - 5);
  context.setLineDash([]);
  context.strokeStyle = colors.ink;
  context.lineWidth = 2;
  path(0, top, width, top);
  path(0, bottom, width, bottom);

  for (const leg of plan.questions) {
    context.strokeStyle = leg.kind === 'failed' ? colors.bad : colors.ink3;
    context.lineWidth = 1.5;
    const end = leg.kind === 'failed' ? 0.5 : 1;
    const [toX, toY] = [x(leg.from + (leg.to - leg.from) * end), top + (bottom - top) * end];
    path(x(leg.from), top, toX, toY);
    if (leg.kind === 'failed') {
      path(toX - 4, toY - 4, toX + 4, toY + 4);
      path(toX - 4, toY + 4, toX + 4, toY - 4);
    }
  }
  for (const leg of plan.answers) drawAnswer(context, leg, x, top, bottom, colors, path);
}

function drawAnswer(
  context: CanvasRenderingContext2D,
  leg: Leg,
  x: (share: number) => number,
  top: number,
  bottom: number,
  colors: LabColors,
  path: (fromX: number, fromY: number, toX: number, toY: number) => void,
): void {
  const news = leg.kind === 'news';
  context.strokeStyle = news ? colors.accent : colors.ink3;
  context.lineWidth = news ? 2.5 : 1.5;
  if (!news) context.setLineDash([3, 3]);
  path(x(leg.from), bottom - 1, x(leg.to), top);
  context.setLineDash([]);
  context.beginPath();
  context.arc(x(leg.to), top, news ? 5 : 4.25, 0, 2 * Math.PI);
  context.fillStyle = news ? colors.accent : colors.card;
  context.fill();
  if (!news) context.stroke();
}

/** The ages of the last minute: a picture grows older until the next one comes. All columns share one scale. */
export function drawSaw(canvas: HTMLCanvasElement, ledger: Ledger, nowMs: number, topMs: number, color: string, colors: LabColors): void {
  const drawing = begin(canvas);
  if (!drawing) return;
  const { context, width, height } = drawing;
  const bottom = height - 1;
  const x = (ms: number): number => (1 - (nowMs - ms) / windowMs) * (width - edge);
  const y = (ageMs: number): number => bottom - Math.min(1, ageMs / topMs) * (bottom - edge);
  context.strokeStyle = colors.line;
  context.lineWidth = 1;
  context.setLineDash([2, 4]);
  context.beginPath();
  context.moveTo(0, edge);
  context.lineTo(width, edge);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(0, bottom + 0.5);
  context.lineTo(width, bottom + 0.5);
  context.stroke();

  const teeth = teethBetween(ledger.shown, Math.max(0, nowMs - windowMs), nowMs);
  const last = teeth.at(-1);
  if (!last) return;
  context.fillStyle = color;
  context.globalAlpha = 0.14;
  for (const tooth of teeth) {
    context.beginPath();
    context.moveTo(x(tooth.fromMs), bottom);
    context.lineTo(x(tooth.fromMs), y(tooth.fromAgeMs));
    context.lineTo(x(tooth.toMs), y(tooth.toAgeMs));
    context.lineTo(x(tooth.toMs), bottom);
    context.fill();
  }
  context.globalAlpha = 1;
  context.strokeStyle = color;
  context.lineWidth = 1.75;
  context.lineJoin = 'round';
  context.beginPath();
  let endedMs: number | undefined;
  for (const tooth of teeth) {
    if (endedMs === tooth.fromMs) context.lineTo(x(tooth.fromMs), y(tooth.fromAgeMs));
    else context.moveTo(x(tooth.fromMs), y(tooth.fromAgeMs));
    context.lineTo(x(tooth.toMs), y(tooth.toAgeMs));
    endedMs = tooth.toMs;
  }
  context.stroke();
  if (last.toMs < nowMs) return;
  context.beginPath();
  context.arc(x(last.toMs), y(last.toAgeMs), 3.5, 0, 2 * Math.PI);
  context.fill();
}

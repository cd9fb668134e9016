/** Draws the fleet's marks, 22 px: idle hollow green, busy solid blue, stale dashed amber; arrows, or discs without heading. */
import type { MapColors } from './theme.js';

const scale = 2;
const size = 26;

export const marks = ['idle', 'busy', 'stale'].flatMap((kind) => [`${kind}-arrow`, `${kind}-disc`]);

export function drawMark(mark: string, colors: MapColors): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * scale;
  const context = canvas.getContext('2d');
  if (!context) return new ImageData(1, 1);
  context.scale(scale, scale);
  context.translate(size / 2, size / 2);
  context.lineJoin = 'round';
  const outline = mark.endsWith('arrow') ? arrow() : disc();
  if (mark.startsWith('busy')) {
    stroke(context, outline, colors.halo, 2.4);
    context.fillStyle = colors.accent;
    context.fill(outline);
  } else if (mark.startsWith('idle')) {
    stroke(context, outline, colors.halo, 4.6);
    context.fillStyle = colors.card;
    context.fill(outline);
    stroke(context, outline, colors.live, 2.1);
  } else {
    context.fillStyle = colors.warnSoft;
    stroke(context, outline, colors.halo, 4.6);
    context.fill(outline);
    context.setLineDash([2.6, 2.2]);
    stroke(context, outline, colors.warn, 2);
  }
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

export const markPixelRatio = scale;

function stroke(context: CanvasRenderingContext2D, path: Path2D, color: string, width: number): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(path);
}

function arrow(): Path2D {
  return new Path2D('M0 -9.6 L7.4 8.6 L0 5.2 L-7.4 8.6 Z');
}

function disc(): Path2D {
  const path = new Path2D();
  path.arc(0, 0, 6.4, 0, 2 * Math.PI);
  return path;
}

/** The pictures of marks and groups in one texture: each group's ring is drawn once and kept while there is room. */
import { drawMark, marks } from '../map/fleet-marks.js';
import type { MapColors } from '../map/theme.js';
import type { Group } from './groups.js';

/** Texture's side and cells' sides, texture pixels; two of them are one pixel of the page. */
export const atlasSize = 2048;
export const atlasScale = 2;
export const markCell = 52;
export const groupCell = 88;
/** Shares of a ring are told apart to this part of the round. */
const shareSteps = 24;
const perRow = Math.floor(atlasSize / groupCell);
const groupTop = markCell;
const groupCells = perRow * Math.floor((atlasSize - groupTop) / groupCell);

export interface Cell {
  /** Upper left corner, texture pixels. */
  readonly u: number;
  readonly v: number;
}

export class Atlas {
  readonly #gl: WebGL2RenderingContext;
  readonly #colors: MapColors;
  readonly #canvas: HTMLCanvasElement;
  readonly #groups = new Map<string, Cell>();

  /** The texture is bound when this returns. */
  constructor(gl: WebGL2RenderingContext, colors: MapColors) {
    this.#gl = gl;
    this.#colors = colors;
    this.#canvas = document.createElement('canvas');
    this.#canvas.width = this.#canvas.height = groupCell;
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, atlasSize, atlasSize);
    marks.forEach((mark, i) => this.#upload(i * markCell, 0, drawMark(mark, colors)));
  }

  /** `kind`: 0 idle, 1 busy, 2 stale. */
  static mark(kind: number, heading: boolean): Cell {
    return { u: (kind * 2 + (heading ? 0 : 1)) * markCell, v: 0 };
  }

  group({ idle, busy, stale }: Group): Cell {
    const count = idle + busy + stale;
    const [idleShare, staleShare] = [idle, stale].map((cars) => shareOf(cars, count)) as [number, number];
    const key = `${count} ${idleShare} ${staleShare}`;
    const known = this.#groups.get(key);
    if (known) return known;
    // Full: those in use are drawn again in this very pass, and there is room for a screen of them.
    if (this.#groups.size >= groupCells) this.#groups.clear();
    const at = this.#groups.size;
    const cell = { u: (at % perRow) * groupCell, v: groupTop + Math.floor(at / perRow) * groupCell };
    this.#upload(cell.u, cell.v, this.#drawGroup(count, idleShare / shareSteps, staleShare / shareSteps));
    this.#groups.set(key, cell);
    return cell;
  }

  #upload(u: number, v: number, image: ImageData): void {
    const gl = this.#gl;
    gl.texSubImage2D(gl.TEXTURE_2D, 0, u, v, gl.RGBA, gl.UNSIGNED_BYTE, image);
  }

  #drawGroup(count: number, idle: number, stale: number): ImageData {
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return new ImageData(1, 1);
    const colors = this.#colors;
    context.setTransform(atlasScale, 0, 0, atlasScale, 0, 0);
    context.clearRect(0, 0, groupCell, groupCell);
    context.translate(groupCell / atlasScale / 2, groupCell / atlasScale / 2);
    context.shadowColor = 'rgb(14 17 22 / 30%)';
    context.shadowBlur = 5;
    context.shadowOffsetY = 2;
    circle(context, 17, colors.card);
    context.shadowColor = 'transparent';
    context.lineWidth = 3.4;
    // From the top, clockwise: busy, idle, stale; a gap between them, so that the shares do not rest on colour alone.
    const parts = [[1 - idle - stale, colors.accent], [idle, colors.live], [stale, colors.reachNear]] as const;
    const several = parts.filter(([share]) => share > 0).length > 1;
    let from = -Math.PI / 2;
    for (const [share, color] of parts) {
      if (share <= 0) continue;
      const to = from + share * 2 * Math.PI;
      const gap = several ? 0.09 : 0;
      context.strokeStyle = color;
      context.beginPath();
      context.arc(0, 0, 14, from + gap, to - gap);
      context.stroke();
      from = to;
    }
    context.fillStyle = colors.ink;
    context.font = `700 ${count > 99 ? 11 : 13}px "Figtree Bold", sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(count > 999 ? `${(count / 1000).toFixed(count > 9999 ? 0 : 1)}k` : String(count), 0, 0.8);
    return context.getImageData(0, 0, groupCell, groupCell);
  }
}

/** Never nothing for a kind that is there. */
function shareOf(cars: number, count: number): number {
  return cars === 0 ? 0 : Math.max(1, Math.round((cars / count) * shareSteps));
}

function circle(context: CanvasRenderingContext2D, radius: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fill();
}

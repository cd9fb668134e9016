/**
 * Draws the fleet on a canvas of its own above the map's: cars that move don't make the map draw itself again,
 * and a frame is one draw call whatever their number.
 */
import type * as maplibregl from 'maplibre-gl';
import { mercatorX, mercatorY, worldPixels } from '../map/mercator.js';
import { mapColors } from '../map/theme.js';
import { Atlas, atlasSize, groupCell, markCell, type Cell } from './atlas.js';
import { floatsPerMark, useProgram, type Uniforms } from './fleet-program.js';
import { kindIndex, type FleetTable } from './fleet-table.js';
import { group, type Group, type Grouping } from './groups.js';

/** Groups are made anew no more often than this, milliseconds. */
const regroupMs = 250;
/** A car that was not chosen, while one is, if it moves faster than this, metres per second. */
const dimmed = 0.85;
const movingMps = 1;
/** Beyond this distance from the origin, in Mercator units, 32 bits are too coarse for a pixel at the closest zoom. */
const farFromOrigin = 0.004;
const tau = Math.PI / 180;
/**
 * A frame is drawn once the fastest car has moved by half a pixel: a city's worth of cars looks the same at ten frames
 * a second as at sixty, for a sixth of the battery.
 */
const fastestMps = 25;
const stepPixels = 0.5;
const longestFrameMs = 100;
/** Metres per pixel at zoom 0 on the equator. */
const widestPixel = 78_271.5;

export class FleetCanvas {
  readonly #map: maplibregl.Map;
  readonly #table: FleetTable;
  readonly #canvas: HTMLCanvasElement;
  readonly #onFrame: (nowMs: number) => void;
  #gl: WebGL2RenderingContext | undefined;
  #uniforms: Uniforms | undefined;
  #atlas: Atlas | undefined;
  #data = new Float32Array(0);
  #marks = 0;
  #origin: readonly [x: number, y: number] = [0, 0];
  #epochMs = 0;
  #grouping: Grouping = { groups: [], grouped: new Uint8Array(0) };
  #groupedAtMs = -Infinity;
  #groupedZoom = NaN;
  #dirty = true;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #apart: number | undefined;
  #wanted: (slot: number) => boolean = () => true;

  /** `onFrame` is called for each frame of a moving fleet, before it is drawn. */
  constructor(map: maplibregl.Map, table: FleetTable, onFrame: (nowMs: number) => void) {
    this.#map = map;
    this.#table = table;
    this.#onFrame = onFrame;
    this.#canvas = document.createElement('canvas');
    this.#canvas.className = 'fleet-canvas';
    this.#canvas.setAttribute('aria-hidden', 'true');
    map.getCanvas().after(this.#canvas);
    this.#canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.#gl = undefined;
    });
    this.#canvas.addEventListener('webglcontextrestored', () => this.#begin());
    map.on('resize', () => this.#resize());
    // In the map's own frame, so that cars and streets move as one.
    map.on('render', () => this.#draw(performance.now()));
    this.#resize();
    this.#begin();
  }

  /** The car that is drawn by another (the chosen one), and which are shown at all. */
  show(apart: number | undefined, wanted: (slot: number) => boolean): void {
    this.#apart = apart;
    this.#wanted = wanted;
    this.#groupedAtMs = -Infinity;
    this.changed();
  }

  changed(): void {
    this.#dirty = true;
    this.run();
  }

  /** Colours come from the theme. */
  recolor(): void {
    if (this.#gl) this.#atlas = new Atlas(this.#gl, mapColors());
    this.changed();
  }

  run(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#tick());
  }

  get groups(): readonly Group[] {
    return this.#grouping.groups;
  }

  /** Cars that are drawn by themselves now. */
  get single(): number {
    return this.#marks - this.#grouping.groups.length;
  }

  isGrouped(slot: number): boolean {
    return this.#grouping.grouped[slot] === 1;
  }

  #tick(): void {
    this.#frame = 0;
    const nowMs = performance.now();
    this.#onFrame(nowMs);
    this.#draw(nowMs);
    if (nowMs < this.#table.movingUntilMs || this.#dirty) this.#later(this.#frameMs());
  }

  /** How long a frame may stand, milliseconds. */
  #frameMs(): number {
    const { lat } = this.#map.getCenter();
    const metersPerPixel = (widestPixel * Math.cos(lat * tau)) / 2 ** this.#map.getZoom();
    return Math.min(longestFrameMs, (stepPixels * metersPerPixel * 1000) / fastestMps);
  }

  #later(ms: number): void {
    if (ms < 20) return this.run();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.run();
    }, ms - 8);
  }

  #begin(): void {
    const gl = this.#canvas.getContext('webgl2', { antialias: false, premultipliedAlpha: true, alpha: true, depth: false });
    if (!gl) throw new Error('This browser has no WebGL 2.');
    this.#uniforms = useProgram(gl).uniforms;
    this.#gl = gl;
    this.#atlas = new Atlas(gl, mapColors());
    this.#marks = 0;
    this.changed();
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const ratio = Math.min(2, devicePixelRatio);
    this.#canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.#canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    this.#canvas.style.width = `${clientWidth}px`;
    this.#canvas.style.height = `${clientHeight}px`;
    this.run();
  }

  #draw(nowMs: number): void {
    const gl = this.#gl;
    const uniforms = this.#uniforms;
    if (!gl || !uniforms) return;
    const { lng, lat } = this.#map.getCenter();
    const center = [mercatorX(lng), mercatorY(lat)] as const;
    const zoom = this.#map.getZoom();
    this.#prepare(nowMs, center, zoom);
    gl.viewport(0, 0, this.#canvas.width, this.#canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.#marks === 0) return;
    const { clientWidth, clientHeight } = this.#map.getContainer();
    gl.uniform2f(uniforms.center, center[0] - this.#origin[0], center[1] - this.#origin[1]);
    gl.uniform2f(uniforms.half_size, clientWidth / 2, clientHeight / 2);
    gl.uniform1f(uniforms.world, worldPixels(zoom));
    gl.uniform1f(uniforms.now, (nowMs - this.#epochMs) / 1000);
    gl.uniform1f(uniforms.mark_scale, markScale(zoom));
    gl.uniform1f(uniforms.atlas, atlasSize);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.#marks);
  }

  /** Writes the marks anew where a fix came, a group was made, or the map went far. */
  #prepare(nowMs: number, center: readonly [number, number], zoom: number): void {
    const far = Math.max(Math.abs(center[0] - this.#origin[0]), Math.abs(center[1] - this.#origin[1])) > farFromOrigin && zoom > 8;
    const zoomed = zoom !== this.#groupedZoom;
    if (far) {
      this.#origin = [center[0], center[1]];
      this.#dirty = true;
    }
    if (!this.#dirty && !zoomed) return;
    if (nowMs - this.#groupedAtMs < regroupMs && !far) return this.#later(regroupMs - (nowMs - this.#groupedAtMs));
    this.#grouping = group(this.#table, zoom, this.#apart, this.#wanted);
    this.#groupedAtMs = nowMs;
    this.#groupedZoom = zoom;
    this.#epochMs = nowMs;
    this.#write(nowMs);
    this.#dirty = false;
  }

  #write(nowMs: number): void {
    const gl = this.#gl!;
    const table = this.#table;
    const { groups, grouped } = this.#grouping;
    const needed = (table.counts.all + groups.length) * floatsPerMark;
    if (this.#data.length < needed) this.#data = new Float32Array(Math.ceil(needed * 1.5));
    let at = 0;
    // Idle ones first, silent ones last: what needs a look lies on top; groups above all.
    for (let kind = 0; kind < 3; kind++) {
      for (let slot = 0; slot < table.length; slot++) {
        if (table.used[slot] !== 1 || kindIndex(table.kind[slot]!) !== kind) continue;
        if (grouped[slot] === 1 || slot === this.#apart || !this.#wanted(slot)) continue;
        this.#mark(at++, slot, kind, nowMs);
      }
    }
    for (const one of groups) this.#group(at++, one);
    this.#marks = at;
    gl.bufferData(gl.ARRAY_BUFFER, this.#data.subarray(0, at * floatsPerMark), gl.DYNAMIC_DRAW);
  }

  #mark(at: number, slot: number, kind: number, nowMs: number): void {
    const table = this.#table;
    const data = this.#data;
    const i = at * floatsPerMark;
    const [originX, originY] = this.#origin;
    const heading = table.fromHeading[slot]!;
    data[i] = table.fromX[slot]! - originX;
    data[i + 1] = table.fromY[slot]! - originY;
    data[i + 2] = table.toX[slot]! - originX;
    data[i + 3] = table.toY[slot]! - originY;
    const start = table.startMs[slot]!;
    data[i + 4] = start === -Infinity ? -1e6 : (start - nowMs) / 1000;
    data[i + 5] = 1000 / (table.glideMs[slot] || 1000);
    data[i + 6] = heading === heading ? heading * tau : 0;
    data[i + 7] = heading === heading ? table.turn[slot]! * tau : 0;
    const cell = markCells[kind * 2 + (heading === heading ? 0 : 1)]!;
    data[i + 8] = cell.u;
    data[i + 9] = cell.v;
    data[i + 10] = markCell;
    data[i + 11] = this.#apart !== undefined && table.speed[slot]! > movingMps ? dimmed : 1;
  }

  #group(at: number, one: Group): void {
    const data = this.#data;
    const i = at * floatsPerMark;
    const cell = this.#atlas!.group(one);
    data[i] = data[i + 2] = one.x - this.#origin[0];
    data[i + 1] = data[i + 3] = one.y - this.#origin[1];
    data[i + 4] = -1e6;
    data[i + 5] = 1;
    data[i + 6] = data[i + 7] = 0;
    data[i + 8] = cell.u;
    data[i + 9] = cell.v;
    data[i + 10] = groupCell;
    data[i + 11] = 1;
  }
}

const markCells: readonly Cell[] = [0, 1, 2].flatMap((kind) => [Atlas.mark(kind, true), Atlas.mark(kind, false)]);

/** Far out the marks are smaller, so that a city still reads. */
export function markScale(zoom: number): number {
  if (zoom >= 15) return 1;
  if (zoom >= 13.5) return 0.85 + ((zoom - 13.5) / 1.5) * 0.15;
  return Math.max(0.55, 0.55 + ((zoom - 11) / 2.5) * 0.3);
}

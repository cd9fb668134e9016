/** The trail's card: play, a chart of the speed, and a slider through the last half hour. */
import { h, icon, setText, show, svg } from '../page/dom.js';
import type { Units } from '../page/units.js';
import { trailMs, type Trail } from './trail.js';

export interface TrailActions {
  /** The moment that the map is to show, Unix milliseconds; undefined: now. */
  seek(ms: number | undefined): void;
}

/** Half an hour is played in a minute. */
const playSpeed = 30;
const chartWidth = 600;
const chartHeight = 44;
const chartSteps = 200;
const keySteps: Readonly<Record<string, number>> = { ArrowLeft: -10, ArrowDown: -10, ArrowRight: 10, ArrowUp: 10, PageDown: -120, PageUp: 120 };
const playIcon = '<path fill="currentColor" d="M8.5 5.6v12.8c0 .8.9 1.3 1.6.9l9.9-6.4c.6-.4.6-1.3 0-1.7L10.1 4.7c-.7-.4-1.6.1-1.6.9Z"/>';
const pauseIcon = '<rect x="6.5" y="5" width="4" height="14" rx="1.3" fill="currentColor"/><rect x="13.5" y="5" width="4" height="14" rx="1.3" fill="currentColor"/>';

export class TrailView {
  readonly element = h('section', { class: 'd-trail', 'aria-label': 'Trail of the last 30 minutes', hidden: true });
  readonly #actions: TrailActions;
  readonly #units: Units;
  readonly #play = h('button', { type: 'button', class: 'd-play', 'aria-label': 'Play' }, icon(playIcon, 26));
  readonly #note = h('span', {}, 'speed over the last 30 min');
  readonly #clock = h('span', { class: 'd-clock' });
  readonly #now = h('button', { type: 'button', class: 'd-now', hidden: true }, 'Back to now');
  readonly #chart = svg({ class: 'd-chart', viewBox: `0 0 ${chartWidth} ${chartHeight}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, '<path class="d-area"/><path class="d-line"/>');
  readonly #slider = h('input', { type: 'range', min: '0', max: String(trailMs / 1000), step: '1', 'aria-label': 'Moment of the trail' });
  readonly #rail = h('div', { class: 'd-rail', 'aria-hidden': 'true' });
  readonly #ticks = [0, 1, 2, 3].map(() => h('span'));
  #trail: Trail | undefined;
  #nowMs = 0;
  /** Undefined: now. */
  #atMs: number | undefined;
  #playing = false;
  #frame = 0;
  #frameMs = 0;

  constructor(units: Units, actions: TrailActions) {
    this.#units = units;
    this.#actions = actions;
    const head = h('div', { class: 'd-trail-head' }, h('p', {}, h('b', {}, 'Trail '), this.#note), this.#now, this.#clock);
    this.element.append(this.#play, h('div', { class: 'd-trail-body' }, head, this.#chart, this.#rail, this.#slider, h('div', { class: 'd-ticks', 'aria-hidden': 'true' }, ...this.#ticks)));
    this.#play.addEventListener('click', () => (this.#playing ? this.pause() : this.#begin()));
    this.#now.addEventListener('click', () => this.#seek(undefined));
    this.#slider.addEventListener('input', () => {
      this.pause();
      this.#seekSeconds(Number(this.#slider.value));
    });
    this.#slider.addEventListener('keydown', (event) => {
      const step = keySteps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.pause();
      this.#seekSeconds(Number(this.#slider.value) + step);
    });
  }

  get atMs(): number | undefined {
    return this.#atMs;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** Another car, or none. */
  open(trail: Trail | undefined): void {
    this.pause();
    this.#atMs = undefined;
    this.#trail = trail;
    show(this.element, trail !== undefined);
  }

  /** What there is to say in place of a chart. */
  say(text: string): void {
    setText(this.#note, text);
  }

  /** `nowMs`: the server's clock. */
  draw(nowMs: number): void {
    this.#nowMs = nowMs;
    const trail = this.#trail;
    if (!trail) return;
    const fromMs = nowMs - trailMs;
    if (this.#atMs !== undefined && this.#atMs < fromMs) this.#atMs = fromMs;
    this.#drawChart(trail.speeds(fromMs, nowMs, chartSteps));
    this.#ticks.forEach((tick, i) => setText(tick, this.#units.clock(fromMs + (i / 3) * trailMs)));
    this.#drawMoment();
  }

  pause(): void {
    this.#setPlaying(false);
    cancelAnimationFrame(this.#frame);
  }

  #begin(): void {
    if (!this.#trail) return;
    const first = this.#trail.fixes[0]?.time ?? this.#nowMs - trailMs;
    this.#seek(this.#atMs ?? Math.max(first, this.#nowMs - trailMs));
    this.#setPlaying(true);
    this.#frameMs = performance.now();
    this.#frame = requestAnimationFrame(() => this.#tick());
  }

  #tick(): void {
    if (!this.#playing || this.#atMs === undefined) return;
    const nowMs = performance.now();
    const next = this.#atMs + (nowMs - this.#frameMs) * playSpeed;
    this.#frameMs = nowMs;
    if (next >= this.#nowMs) {
      this.#setPlaying(false);
      return this.#seek(undefined);
    }
    this.#seek(next);
    this.#frame = requestAnimationFrame(() => this.#tick());
  }

  #setPlaying(playing: boolean): void {
    if (this.#playing === playing) return;
    this.#playing = playing;
    this.#play.setAttribute('aria-label', playing ? 'Pause' : 'Play');
    this.#play.replaceChildren(icon(playing ? pauseIcon : playIcon, 26));
  }

  #seekSeconds(seconds: number): void {
    const whole = trailMs / 1000;
    this.#seek(seconds >= whole ? undefined : this.#nowMs - (whole - Math.max(0, seconds)) * 1000);
  }

  #seek(ms: number | undefined): void {
    this.#atMs = ms;
    this.#drawMoment();
    this.#actions.seek(ms);
  }

  #drawMoment(): void {
    const atMs = this.#atMs ?? this.#nowMs;
    const clock = this.#units.clockWithSeconds(atMs);
    const whole = trailMs / 1000;
    this.#slider.value = String(Math.round(whole - (this.#nowMs - atMs) / 1000));
    this.#rail.style.setProperty('--share', `${(Number(this.#slider.value) / whole) * 100}%`);
    const speed = this.#atMs === undefined ? undefined : this.#trail?.at(atMs);
    const words = this.#atMs === undefined ? `${clock}, now` : speed && !speed.unknown ? `${clock}, ${this.#units.speed(speed.speed)}` : `${clock}, not known`;
    setText(this.#clock, words);
    this.#slider.setAttribute('aria-valuetext', words);
    show(this.#now, this.#atMs !== undefined);
  }

  #drawChart(speeds: readonly (number | undefined)[]): void {
    const top = Math.max(8, ...speeds.map((speed) => speed ?? 0)) * 1.12;
    const runs: string[][] = [];
    const areas: string[] = [];
    let run: string[] | undefined;
    const x = (i: number): string => ((i / (speeds.length - 1)) * chartWidth).toFixed(1);
    let firstX = '0';
    const close = (lastX: string): void => {
      if (run) areas.push(`M${firstX} ${chartHeight}L${run.join('L')}L${lastX} ${chartHeight}Z`);
      run = undefined;
    };
    speeds.forEach((speed, i) => {
      if (speed === undefined) return close(x(i - 1));
      if (!run) {
        firstX = x(i);
        runs.push((run = []));
      }
      run.push(`${x(i)} ${(chartHeight - 2 - (speed / top) * (chartHeight - 6)).toFixed(1)}`);
    });
    close(x(speeds.length - 1));
    this.#chart.querySelector('.d-area')!.setAttribute('d', areas.join(''));
    this.#chart.querySelector('.d-line')!.setAttribute('d', runs.map((one) => `M${one.join('L')}`).join(''));
  }
}

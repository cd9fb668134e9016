/** One column of the lab in elements: its sentence, its talk, its raw map, its figures. Draws, decides nothing. */
import { h, setText, show, svg } from '../page/dom.js';
import { carMarker } from '../map/markers.js';
import type { LngLat } from '../map/geo.js';
import type { MapColors } from '../map/theme.js';
import type { Column } from './column.js';
import { drawSaw, drawStrip, type LabColors } from './draw.js';
import type { Figures } from './figures.js';
import type { StreetMap } from './street-map.js';
import { kilobytes, seconds, spanWords } from './verdict.js';

export interface CardWords {
  readonly title: string;
  readonly sentence: string;
  /** What a sign in the talk strip means. */
  readonly legend: string;
}

/** What a bar is measured against: the most of all columns. */
export interface Scales {
  readonly requests: number;
  readonly bytes: number;
  /** Top of the ages' chart, milliseconds. */
  readonly ageMs: number;
}

interface Bar {
  readonly element: HTMLElement;
  readonly value: HTMLElement;
  readonly unit: HTMLElement;
  readonly fill: SVGRectElement;
}

export class Card {
  readonly element: HTMLElement;
  readonly #strip = h('canvas', { role: 'img' });
  readonly #map = h('canvas', { class: 'ground', 'aria-hidden': 'true' });
  readonly #car = carMarker();
  readonly #truth = h('div', { class: 'truth', hidden: true }, h('i'), h('span', {}, 'car is here'));
  readonly #empty = h('div', { class: 'no-picture' }, 'Waiting for a first picture…');
  readonly #saw = h('canvas', { role: 'img' });
  readonly #age = h('b', {}, '–');
  readonly #ageUnit = h('span', {}, 's old');
  readonly #worst = h('span', { class: 'worst' });
  readonly #top = h('span');
  readonly #requests = bar('Requests');
  readonly #bytes = bar('Data');
  readonly #empties = bar('Answers with no news');

  constructor(id: string, words: CardWords) {
    this.#strip.setAttribute('aria-label', `${words.title}: the talk between page and server in the last 12 seconds; ${words.legend}`);
    this.#saw.setAttribute('aria-label', `${words.title}: age of the picture over the last minute. The figures stand in the table below.`);
    this.element = h(
      'section',
      { class: 'card', 'data-way': id, 'aria-labelledby': `way-${id} about-${id}` },
      h('div', { class: 'about' }, h('h2', { id: `way-${id}` }, words.title), h('p', { id: `about-${id}` }, words.sentence)),
      h(
        'div',
        { class: 'talk' },
        h('div', {}, 'Page'),
        this.#strip,
        h('div', {}, h('span', {}, 'Server'), h('span', {}, words.legend)),
      ),
      h('div', { class: 'street' }, this.#map, this.#truth, this.#car, this.#empty),
      h(
        'div',
        { class: 'ages' },
        h('div', { class: 'age' }, h('span', {}, this.#age, ' ', this.#ageUnit), this.#worst),
        h('div', { class: 'age-caption' }, h('span', {}, 'age of this picture, last minute'), this.#top),
        this.#saw,
      ),
      h('div', { class: 'bars' }, this.#requests.element, this.#bytes.element, this.#empties.element),
    );
  }

  /** Whether this screen has room for the card. */
  get shown(): boolean {
    return this.#map.clientWidth > 0;
  }

  /** Size of the map, pixels. */
  get mapSize(): { readonly width: number; readonly height: number } {
    return { width: this.#map.clientWidth, height: this.#map.clientHeight };
  }

  drawTalk(column: Column, nowMs: number, colors: LabColors): void {
    drawStrip(this.#strip, column.ledger, nowMs, colors);
  }

  /** `newest` is the newest place of the car that any column knows. */
  drawMap(column: Column, newest: LngLat | undefined, street: StreetMap, colors: MapColors): void {
    const car = column.state?.vehicle;
    if (!this.shown) return;
    const { width, height } = this.mapSize;
    const trail = column.trail.map(([lng, lat]) => ({ lng, lat }));
    street.draw(this.#map, trail, colors);
    show(this.#empty, car === undefined);
    show(this.#car, car !== undefined);
    if (car) {
      place(this.#car, street.spot(car, width, height), car.heading);
      this.#car.firstElementChild?.classList.toggle('disc', car.heading === undefined);
      this.#car.firstElementChild?.classList.toggle('stale', column.state?.stale === true);
    }
    const here = newest && car ? street.spot(newest, width, height) : undefined;
    const shown = car && here ? street.spot(car, width, height) : undefined;
    const apart = here && shown ? Math.hypot(here.x - shown.x, here.y - shown.y) : 0;
    // Nearer than half a car it is the same picture to the eye.
    show(this.#truth, apart > 16);
    if (here && apart > 16) {
      place(this.#truth, here, undefined);
      // The words stand on the side where the car is not, if there is room for them.
      const west = shown !== undefined && shown.x > here.x ? here.x > 112 : here.x > width - 112;
      this.#truth.classList.toggle('west', west);
    }
  }

  drawFigures(column: Column, figures: Figures, behind: boolean, scales: Scales, nowMs: number, colors: LabColors): void {
    this.element.dataset['behind'] = String(behind);
    setText(this.#age, figures.ageNowMs === undefined ? '–' : seconds(figures.ageNowMs));
    show(this.#ageUnit, figures.ageNowMs !== undefined);
    setText(this.#worst, figures.ageWorstMs === undefined ? '' : `worst ${seconds(figures.ageWorstMs)} s`);
    setText(this.#top, `${scales.ageMs / 1000} s`);
    drawSaw(this.#saw, column.ledger, nowMs, scales.ageMs, behind ? colors.warn : colors.accent, colors);
    const span = spanWords(figures.spanMs);
    const isLine = column.strategy === 'sse' || column.strategy === 'websocket';
    setBar(this.#requests, String(figures.requests), isLine && figures.open > 0 ? `${span}, line stays open` : span, figures.requests / scales.requests);
    setBar(this.#bytes, kilobytes(figures.bytes), `kB ${span}`, figures.bytes / scales.bytes);
    setBar(this.#empties, `${figures.emptyAnswers} of ${figures.answers}`, '', figures.answers === 0 ? 0 : figures.emptyAnswers / figures.answers);
    this.#empties.element.classList.toggle('warn', figures.answers > 4 && figures.emptyAnswers > figures.answers * 0.1);
  }
}

function place(element: HTMLElement, { x, y }: { readonly x: number; readonly y: number }, heading: number | undefined): void {
  element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%) rotate(${heading ?? 0}deg)`;
}

/** The bar itself is an SVG, as its width must not need a style attribute. */
function bar(name: string): Bar {
  const value = h('b');
  const unit = h('span');
  const track = svg(
    { class: 'track', viewBox: '0 0 100 5', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    '<rect class="fill" width="0" height="5"/>',
  );
  return {
    element: h('div', { class: 'bar' }, h('div', {}, h('span', {}, name), h('span', {}, value, ' ', unit)), track),
    value,
    unit,
    fill: track.querySelector('rect')!,
  };
}

function setBar(target: Bar, value: string, unit: string, share: number): void {
  setText(target.value, value);
  setText(target.unit, unit);
  const width = String(Math.round(Math.min(1, Math.max(0, share || 0)) * 1000) / 10);
  if (target.fill.getAttribute('width') !== width) target.fill.setAttribute('width', width);
}

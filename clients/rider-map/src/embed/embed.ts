/** `<ride-tracker-trip>`: one ride in any page. All of it is in this one file; it is taken away with the element. */
import type { TripState } from '@ridetracker/rider-client';
import type { Theme } from '../map/theme.js';
import { loadMessages, pickLanguage } from '../page/i18n/language.js';
import { Speech } from '../page/i18n/speech.js';
import { isStrategy } from '../page/strategy-menu.js';
import { Ride, type RideHook } from '../rider/ride.js';
import { addFonts, sheetsFor } from './look.js';

/** Where this file came from is where RideTracker is, unless `src` says otherwise. */
const home = new URL(import.meta.url).origin;

const attributes = ['src', 'token', 'lang', 'theme', 'via'] as const;

export class RideTrackerTrip extends HTMLElement {
  static readonly observedAttributes = attributes;
  readonly #root = this.attachShadow({ mode: 'open' });
  #ride: Ride | undefined;
  /** Counts starts, so that one that has been overtaken while it loaded gives up. */
  #start = 0;
  #queued = false;

  /** What is drawn now, to be read. */
  get ride(): RideHook | undefined {
    return this.#ride?.hook;
  }

  connectedCallback(): void {
    this.#restart();
  }

  disconnectedCallback(): void {
    this.#stop();
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before !== after && this.isConnected) this.#restart();
  }

  /** Several attributes that change together are one start. */
  #restart(): void {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      this.#stop();
      if (this.isConnected) void this.#begin();
    });
  }

  #stop(): void {
    this.#start++;
    this.#ride?.close();
    this.#ride = undefined;
  }

  async #begin(): Promise<void> {
    const start = this.#start;
    const token = this.getAttribute('token');
    if (!token) return;
    const wanted = this.getAttribute('lang');
    const language = pickLanguage([...(wanted === null ? [] : [wanted]), ...navigator.languages]);
    const [messages] = await Promise.all([loadMessages(language), addFonts()]);
    if (start !== this.#start || !this.isConnected) return;
    const theme = this.getAttribute('theme');
    const chosen: Theme = theme === 'light' || theme === 'dark' ? theme : 'auto';
    const via = this.getAttribute('via');
    this.#root.adoptedStyleSheets = sheetsFor(chosen);
    this.#ride = new Ride(this.#root, {
      server: new URL(this.getAttribute('src') ?? home, document.baseURI).origin,
      token,
      strategy: isStrategy(via) ? via : 'auto',
      speech: new Speech(language, messages),
      theme: chosen,
      // The page around has the token's keeper.
      renews: false,
      onState: (state: TripState) => this.#tell('state', state),
      onEnd: (end) => this.#tell('end', end),
    });
  }

  #tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

if (!customElements.get('ride-tracker-trip')) customElements.define('ride-tracker-trip', RideTrackerTrip);

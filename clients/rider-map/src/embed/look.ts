/** The look of a ride in a shadow root: the same style sheets as the page's, and its font. */
import figtree from '@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2?inline';
import maplibre from '../map/maplibre.css?inline';
import parts from '../page/parts.css?inline';
import tokens from '../page/tokens.css?inline';
import tokensDark from '../page/tokens-dark.css?inline';
import rider from '../rider/rider.css?inline';
import type { Theme } from '../map/theme.js';

/** Nothing of the page around gets in, but what it says of the element itself: its size, say. */
const host = `
:host {
  all: initial;
  display: block;
  position: relative;
  height: 600px;
  overflow: hidden;
  color-scheme: light dark;
  font: 15px/20px 'Figtree Variable', system-ui, sans-serif;
  color: var(--ink);
  -webkit-font-smoothing: antialiased;
}
:host([hidden]) { display: none; }
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']) { color-scheme: dark; }
`;

let shared: readonly CSSStyleSheet[] | undefined;

/** Dark tokens come after the light ones and before what uses both. */
export function sheetsFor(theme: Theme): CSSStyleSheet[] {
  shared ??= [tokens, maplibre, parts, rider, host].map((text) => sheet(text));
  const media = theme === 'auto' ? '(prefers-color-scheme: dark)' : theme === 'dark' ? 'all' : 'not all';
  return [...shared, sheet(tokensDark, media)];
}

function sheet(text: string, media = ''): CSSStyleSheet {
  const made = new CSSStyleSheet({ media });
  made.replaceSync(text);
  return made;
}

let fonts: Promise<unknown> | undefined;

/** The font for the document, as fonts in a shadow root are not looked at; from bytes, so that no policy has a say. */
export function addFonts(): Promise<unknown> {
  fonts ??= Promise.allSettled(
    ['Figtree Variable', 'Figtree Medium', 'Figtree Bold'].map(async (family) => {
      const bytes = Uint8Array.from(atob(figtree.slice(figtree.indexOf(',') + 1)), (character) => character.charCodeAt(0));
      document.fonts.add(await new FontFace(family, bytes, { weight: '300 900' }).load());
    }),
  );
  return fonts;
}

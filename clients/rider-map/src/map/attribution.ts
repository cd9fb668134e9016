/** Whose map it is: the setting's words, and what the map's own sources say, as links where they give some. */

export interface Credit {
  readonly text: string;
  readonly href?: string;
}

/** A source's attribution is HTML from elsewhere: only its words and its http(s) links are taken. */
export function creditsOf(html: string): Credit[] {
  const body = new DOMParser().parseFromString(html, 'text/html').body;
  const credits: Credit[] = [];
  for (const node of body.childNodes) {
    const text = (node.textContent ?? '').replace(/\s+/g, ' ').trim();
    if (!text) continue;
    const href = node instanceof HTMLAnchorElement ? node.href : '';
    credits.push(/^https?:/.test(href) ? { text, href } : { text });
  }
  return credits;
}

/** Writes into every element that is for it; a credit that the setting says already is not repeated. */
export function showCredits(elements: Iterable<HTMLElement>, setting: string, fromSources: readonly string[]): void {
  const known = setting.toLowerCase();
  const credits: Credit[] = setting ? [{ text: setting }] : [];
  for (const credit of fromSources.flatMap(creditsOf)) {
    const words = credit.text.toLowerCase();
    if (!known.includes(words) && !credits.some(({ text }) => text.toLowerCase() === words)) credits.push(credit);
  }
  for (const element of elements) {
    element.replaceChildren(...credits.flatMap((credit, i) => [...(i > 0 ? [' · '] : []), nodeOf(credit)]));
    element.hidden = credits.length === 0;
  }
}

function nodeOf({ text, href }: Credit): Node {
  if (!href) return document.createTextNode(text);
  const link = document.createElement('a');
  link.href = href;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  link.textContent = text;
  return link;
}

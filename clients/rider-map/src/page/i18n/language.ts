/** Picks the reader's language, and loads its texts and no others. */
import type { Messages } from './messages.js';

export type { Messages } from './messages.js';

const loaders = {
  en: () => import('./en.js'),
  de: () => import('./de.js'),
  es: () => import('./es.js'),
  ar: () => import('./ar.js'),
};

type Known = keyof typeof loaders;

export const languages = Object.keys(loaders) as readonly Known[];

export interface Language {
  /** BCP 47: the language of the texts. */
  readonly lang: string;
  /** BCP 47: the language with the reader's region, for numbers, clock and units. */
  readonly locale: string;
  readonly dir: 'ltr' | 'rtl';
}

/**
 * The first wanted language (BCP 47, best first) that there is, else English; with English, numbers and units are still those
 * of the reader's region.
 */
export function pickLanguage(wanted: readonly string[]): Language {
  const locales = wanted.map(parse).filter((locale) => locale !== undefined);
  const known = locales.find((locale) => locale.language in loaders);
  const lang = known?.language ?? 'en';
  const region = (known ?? locales[0])?.region;
  const locale = known?.toString() ?? new Intl.Locale('en', region === undefined ? {} : { region }).toString();
  return { lang, locale, dir: lang === 'ar' ? 'rtl' : 'ltr' };
}

export async function loadMessages({ lang }: Language): Promise<Messages> {
  return (await loaders[lang as Known]()).messages;
}

function parse(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    // `?lang=` can be anything.
    return undefined;
  }
}

/** One reader's language in use: texts, plural forms and units together. Pure. */
import { Units } from '../units.js';
import type { Language } from './language.js';
import { fill, type Messages } from './messages.js';

export class Speech {
  readonly #plural: Intl.PluralRules;
  readonly units: Units;

  constructor(
    readonly language: Language,
    readonly t: Messages,
    timeZone?: string,
  ) {
    this.#plural = new Intl.PluralRules(language.lang);
    this.units = new Units(language.locale, timeZone);
  }

  /** "40 s", "3 min". */
  age(seconds: number): string {
    return seconds < 60
      ? fill(this.t.seconds, { count: this.units.count(Math.max(1, Math.round(seconds))) })
      : fill(this.t.minutes, { count: this.units.count(Math.floor(seconds / 60)) });
  }

  /** The word that stands behind so many minutes. */
  minuteUnit(minutes: number): string {
    const { minuteUnit } = this.t;
    return minuteUnit[this.#plural.select(minutes)] ?? minuteUnit.other;
  }
}

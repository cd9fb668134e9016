/** Distances, times and ages in the words and units of the reader's locale. Pure. */

const milesRegions = ['US', 'GB', 'LR', 'MM'];

export class Units {
  readonly #locale: string;
  readonly #miles: boolean;
  readonly #timeZone: string | undefined;
  /** Of 24 hours all have two digits: 00:10, 9:10 pm. */
  readonly #hour: '2-digit' | 'numeric';

  constructor(locale: string, timeZone?: string) {
    this.#locale = locale;
    this.#timeZone = timeZone;
    this.#hour = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12 ? 'numeric' : '2-digit';
    this.#miles = milesRegions.includes(new Intl.Locale(locale).maximize().region ?? '');
  }

  distance(meters: number): string {
    if (this.#miles) {
      const miles = meters / 1609.344;
      return miles < 0.1 ? this.#number(Math.max(10, Math.round((meters / 0.3048) / 10) * 10), 'foot') : this.#number(miles, 'mile', 1);
    }
    return meters < 950 ? this.#number(Math.max(10, Math.round(meters / 10) * 10), 'meter') : this.#number(meters / 1000, 'kilometer', 1);
  }

  speed(metersPerSecond: number): string {
    return this.#miles
      ? this.#number(Math.round(metersPerSecond * 2.236936), 'mile-per-hour')
      : this.#number(Math.round(metersPerSecond * 3.6), 'kilometer-per-hour');
  }

  /** Hours and minutes. */
  clock(ms: number): string {
    return this.#time(ms, { hour: this.#hour, minute: '2-digit' });
  }

  clockWithSeconds(ms: number): string {
    return this.#time(ms, { hour: this.#hour, minute: '2-digit', second: '2-digit' });
  }

  /** "40 s", "3 min". */
  age(seconds: number): string {
    return seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.floor(seconds / 60)} min`;
  }

  /** A whole number in the locale's digits. */
  count(value: number): string {
    return new Intl.NumberFormat(this.#locale).format(value);
  }

  /** An age for the ear: "40 seconds", "3 minutes". */
  spokenAge(seconds: number): string {
    return seconds < 60 ? this.#spoken(Math.max(1, Math.round(seconds)), 'second') : this.spokenMinutes(Math.floor(seconds / 60));
  }

  spokenMinutes(minutes: number): string {
    return this.#spoken(minutes, 'minute');
  }

  #spoken(value: number, unit: string): string {
    return new Intl.NumberFormat(this.#locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  }

  #number(value: number, unit: string, digits = 0): string {
    const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits } as const;
    return new Intl.NumberFormat(this.#locale, style).format(value);
  }

  #time(ms: number, style: Intl.DateTimeFormatOptions): string {
    const zone = this.#timeZone === undefined ? {} : { timeZone: this.#timeZone };
    return new Intl.DateTimeFormat(this.#locale, { ...style, ...zone }).format(ms);
  }
}

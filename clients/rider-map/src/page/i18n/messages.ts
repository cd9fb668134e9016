/** What a language has to say: every text of the rider's page and of the embedded map, and how a text is filled in. Pure. */
import type { Strategy } from '@ridetracker/rider-client';

/** One text for each plural form that the language has; `other` always. */
export type Plural = { readonly other: string } & Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;

export interface StrategyWords {
  /** What the menu is for. */
  readonly title: string;
  readonly choices: Readonly<Record<Strategy | 'auto', { readonly name: string; readonly hint: string }>>;
  /** In the footer; `{seconds}` is a number. */
  readonly short: Readonly<Record<Strategy, string>>;
}

export interface Messages {
  readonly pageTitle: string;
  readonly ride: string;
  readonly map: string;
  readonly car: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly recentre: string;
  /** On the handle of the sheet. */
  readonly moreOrLess: string;
  readonly yourDriver: string;
  readonly pickup: string;
  readonly dropoff: string;
  readonly step: string;

  readonly live: string;
  readonly now: string;
  readonly connecting: string;
  readonly reconnecting: string;
  readonly offline: string;
  readonly notConnected: string;
  readonly tripEnded: string;
  readonly tripCancelled: string;
  readonly linkOff: string;

  /** `{count}` seconds or minutes, as short as can be: "40 s". */
  readonly seconds: string;
  readonly minutes: string;
  readonly ago: string;
  readonly lastSeen: string;
  /** Before and after the big number of minutes. */
  readonly about: string;
  readonly minuteUnit: Plural;
  readonly atPickup: string;
  readonly lastEstimate: string;

  readonly newTitle: string;
  readonly newSecond: string;
  readonly queued: string;
  readonly queuedSecond: string;
  readonly unseenSecond: string;
  readonly coming: string;
  readonly here: string;
  readonly meet: string;
  readonly meetUnnamed: string;
  readonly riding: string;
  readonly ridingUnnamed: string;
  readonly arrives: string;
  readonly toGo: string;
  readonly quiet: string;
  readonly quietUnnamed: string;
  readonly reachStreets: string;
  readonly reachCircle: string;
  readonly reachNone: string;
  readonly yoursIsFine: string;
  readonly dropped: string;
  readonly asOf: string;
  readonly youAreOffline: string;
  readonly lastUpdate: string;
  readonly catchUp: string;
  readonly cantReach: string;
  readonly goesOn: string;
  readonly tryIn: string;
  readonly tryingNow: string;
  readonly tryNow: string;
  readonly arrived: string;
  /** Where the ride ended and when. */
  readonly arrivedAt: string;
  readonly notShown: string;
  readonly cancelled: string;
  readonly revoked: string;
  readonly revokedSecond: string;
  readonly shownUntilEnd: string;

  readonly spoken: string;
  readonly spokenAgain: string;
  readonly spokenLastSeen: string;

  readonly strategy: StrategyWords;
}

/** Puts values in the place of `{name}`; an unknown name stays as it is. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

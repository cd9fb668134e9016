/** What the driver's page says, from what it knows. Pure. */
import type { Units } from '../page/units.js';
import type { DriverTrip } from './fix.js';
import type { LinkState } from './driver-link.js';
import type { GpsTrouble } from './gps.js';

export type Tone = 'live' | 'warn' | 'bad' | 'quiet';

export interface DriveFacts {
  readonly on: boolean;
  readonly simulated: boolean;
  readonly trouble: GpsTrouble | undefined;
  readonly link: LinkState;
  /** Until the next try, milliseconds. */
  readonly retryMs: number;
  /** Fixes that the server has not settled. */
  readonly unsettled: number;
  readonly dropped: number;
  /** Of the last fix: metres, and how long ago, milliseconds. */
  readonly accuracy: number | undefined;
  readonly fixAgeMs: number | undefined;
  readonly screenHeld: boolean | undefined;
  readonly battery: number | undefined;
  readonly charging: boolean;
  readonly trip: DriverTrip | null;
  /** To the next stop in a straight line, metres. */
  readonly stopMeters: number | undefined;
  /** Places can't be kept over a reload here. */
  readonly forgetful: boolean;
  /** The server said why it does not take places now. */
  readonly problem: string | undefined;
}

export interface Line {
  readonly tone: Tone;
  readonly text: string;
}

export interface DriveWords {
  readonly pill: Line;
  readonly headline: string;
  readonly second: string;
  readonly alert: { readonly title: string; readonly text: string } | undefined;
  readonly gps: Line;
  readonly link: Line;
  readonly unsent: Line;
  readonly screen: Line;
}

/** The server refuses fixes that are worse, metres. */
const uselessMeters = 200;
const weakMeters = 50;
/** Nothing for so long, and the receiver has lost the sky, milliseconds. */
const lostMs = 12_000;
const lowBattery = 0.2;

export const onlyHttps = 'A browser tells a page where it is only over https, or on localhost.';

const troubles: Record<GpsTrouble, { readonly title: string; readonly text: string }> = {
  denied: { title: 'Location is blocked', text: 'Allow location for this site in your browser’s settings, then start again.' },
  unavailable: { title: 'No location', text: 'This device can’t tell where it is. Is location switched on? Near a window it may find itself.' },
  timeout: { title: 'No GPS signal yet', text: 'It goes on by itself as soon as the sky is in sight.' },
  insecure: { title: 'This address is not safe enough', text: `${onlyHttps} Open this page with https.` },
  missing: { title: 'No location in this browser', text: 'This browser can’t tell a page where it is. Try Chrome, Firefox or Safari on a phone.' },
};

export function nextStop(trip: DriverTrip | null): 'pickup' | 'dropoff' | undefined {
  if (!trip || trip.status === 'complete' || trip.status === 'canceled' || trip.status === 'new') return undefined;
  return trip.status === 'enroute-to-dropoff' ? 'dropoff' : 'pickup';
}

export function driveWords(facts: DriveFacts, units: Units): DriveWords {
  const { on, trouble } = facts;
  return {
    pill: pillOf(facts),
    ...headlineOf(facts, units),
    alert: on || trouble !== 'timeout' ? (trouble ? troubles[trouble] : undefined) : undefined,
    gps: gpsOf(facts, units),
    link: linkOf(facts),
    unsent: unsentOf(facts, units),
    screen: screenOf(facts),
  };
}

function pillOf({ on, link, trouble, accuracy, simulated }: DriveFacts): Line {
  if (link === 'refused') return { tone: 'bad', text: 'Link off' };
  if (!on) return { tone: 'quiet', text: 'Off duty' };
  if (trouble && trouble !== 'timeout') return { tone: 'bad', text: 'Not shown' };
  if (!simulated && accuracy !== undefined && accuracy > uselessMeters) return { tone: 'bad', text: 'Not shown' };
  if (link === 'open') return { tone: 'live', text: 'On duty' };
  if (link === 'offline') return { tone: 'warn', text: 'Offline' };
  return { tone: 'warn', text: link === 'connecting' ? 'Connecting…' : 'Reconnecting…' };
}

function headlineOf(facts: DriveFacts, units: Units): { headline: string; second: string } {
  const { on, link, trip, stopMeters, simulated } = facts;
  if (link === 'refused') return { headline: 'This link no longer works', second: 'It ran out, or it was taken back. Ask your dispatcher for a new one.' };
  if (!on)
    return simulated
      ? { headline: 'Drive a car from here', second: 'Start, then tap the map: the car drives there along the streets.' }
      : { headline: 'Make this phone the car', second: 'While this page is open, your dispatcher and your rider see where you are.' };
  const stop = nextStop(trip);
  if (!trip || !stop) return { headline: 'Waiting for a ride', second: 'It shows up here by itself.' };
  const label = trip[stop].label;
  const far = stopMeters === undefined ? '' : `${units.distance(stopMeters)} away`;
  const place = [label, far].filter(Boolean).join(' · ');
  if (trip.status === 'arrived-at-pickup') return { headline: 'You are at the pick-up', second: label ?? 'Your rider is told.' };
  return { headline: stop === 'pickup' ? 'Drive to the pick-up' : 'Drive to the drop-off', second: place };
}

function gpsOf({ on, trouble, accuracy, fixAgeMs, simulated }: DriveFacts, units: Units): Line {
  if (simulated) return { tone: 'quiet', text: 'Simulated' };
  if (trouble === 'denied') return { tone: 'bad', text: 'Blocked' };
  if (trouble && trouble !== 'timeout') return { tone: 'bad', text: 'None' };
  if (!on) return { tone: 'quiet', text: 'Off' };
  if (accuracy === undefined || fixAgeMs === undefined) return { tone: 'warn', text: 'Searching…' };
  if (fixAgeMs > lostMs) return { tone: 'warn', text: `Lost ${units.age(fixAgeMs / 1000)} ago` };
  const within = `within ${units.distance(Math.max(1, accuracy))}`;
  if (accuracy > uselessMeters) return { tone: 'bad', text: `Too weak, ${within}` };
  return accuracy > weakMeters ? { tone: 'warn', text: `Weak, ${within}` } : { tone: 'live', text: `Good, ${within}` };
}

function linkOf({ on, link, retryMs, problem }: DriveFacts): Line {
  switch (link) {
    case 'open':
      return problem ? { tone: 'warn', text: problem } : { tone: 'live', text: 'Connected' };
    case 'connecting':
      return { tone: 'warn', text: 'Connecting…' };
    case 'waiting':
      return { tone: 'warn', text: retryMs < 1000 ? 'Trying again' : `Trying again in ${Math.round(retryMs / 1000)} s` };
    case 'offline':
      return { tone: 'warn', text: 'No network' };
    case 'refused':
      return { tone: 'bad', text: 'Not allowed' };
    case 'closed':
      return { tone: 'quiet', text: on ? 'Connecting…' : 'Closed' };
  }
}

function unsentOf({ unsettled, dropped, forgetful, link }: DriveFacts, units: Units): Line {
  if (dropped > 0) return { tone: 'bad', text: `${units.count(unsettled)} wait, ${units.count(dropped)} lost` };
  // Two or three are always under way.
  if (unsettled === 0 || (unsettled < 4 && link === 'open')) return { tone: unsettled === 0 ? 'live' : 'quiet', text: unsettled === 0 ? 'All sent' : `Sending ${unsettled}` };
  const places = `${units.count(unsettled)} ${unsettled === 1 ? 'place' : 'places'}`;
  return { tone: 'warn', text: forgetful ? `${places}, keep this page open` : `${places} kept on this phone` };
}

function screenOf({ on, screenHeld, battery, charging }: DriveFacts): Line {
  if (battery !== undefined && battery < lowBattery && !charging) return { tone: 'warn', text: `Low battery, ${Math.round(battery * 100)} %` };
  if (!on) return { tone: 'quiet', text: 'As usual' };
  return screenHeld === false ? { tone: 'warn', text: 'May turn off' } : { tone: 'live', text: 'Stays on' };
}

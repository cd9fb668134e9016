/** What the demo tells its pages: trips with their tokens, and a dispatcher's token. Nothing of it exists elsewhere. */

export interface TripLink {
  readonly id: string;
  readonly token: string;
}

export interface Demo {
  readonly trips: readonly TripLink[];
  readonly driver?: string;
  readonly driverToken?: string;
  readonly driverTrip?: TripLink;
  readonly dispatcherToken: string;
}

/** Undefined where there is no demo. */
export async function loadDemo(): Promise<Demo | undefined> {
  try {
    const response = await fetch('/demo.json', { cache: 'no-store' });
    if (!response.ok || !(response.headers.get('Content-Type') ?? '').includes('json')) return undefined;
    return (await response.json()) as Demo;
  } catch {
    // No answer is no demo.
    return undefined;
  }
}

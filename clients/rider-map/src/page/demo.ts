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

/** A fleet that is still setting off is asked for again after this, milliseconds. */
const startingMs = 1000;

/** Undefined where there is no demo; waits for one that is still starting. */
export async function loadDemo(): Promise<Demo | undefined> {
  try {
    let response = await fetch('/demo.json', { cache: 'no-store' });
    while (response.status === 503) {
      await new Promise((resolve) => setTimeout(resolve, startingMs));
      response = await fetch('/demo.json', { cache: 'no-store' });
    }
    if (!response.ok || !(response.headers.get('Content-Type') ?? '').includes('json')) return undefined;
    return (await response.json()) as Demo;
  } catch {
    // No answer is no demo.
    return undefined;
  }
}

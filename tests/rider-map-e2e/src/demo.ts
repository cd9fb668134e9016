/** The demo's hands: its directory, and a driver that reports fixes by hand over HTTP. */

export interface Trip {
  readonly id: string;
  readonly token: string;
}

export interface Directory {
  readonly trips: readonly Trip[];
  readonly driver: string;
  readonly driverToken: string;
  readonly driverTrip: Trip;
  readonly dispatcherToken: string;
}

export interface LngLat {
  readonly lng: number;
  readonly lat: number;
}

interface State {
  readonly status: string;
  readonly eta?: { readonly seconds: number };
  readonly vehicle?: LngLat & { readonly time: number };
  readonly pickup?: LngLat;
}

const metersPerDegree = 111_320;

export async function directory(url: string): Promise<Directory> {
  for (let tries = 0; ; tries++) {
    const response = await fetch(`${url}/demo.json`);
    if (response.ok) return (await response.json()) as Directory;
    if (response.status !== 503 || tries > 30) throw new Error(`/demo.json answers ${response.status}`);
    // The fleet is still setting off; the answer says when to come back.
    const seconds = Number(response.headers.get('Retry-After') ?? 1);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** A trip of the fleet whose car has a long way to its pick-up still: those that were listed earlier may be over. */
export async function tripUnderWay(url: string): Promise<Trip> {
  for (;;) {
    let best: { readonly trip: Trip; readonly seconds: number } | undefined;
    for (const trip of (await directory(url)).trips) {
      const response = await fetch(`${url}/v1/trips/${trip.id}/live`, { headers: { Authorization: `Bearer ${trip.token}` } });
      if (!response.ok) continue;
      const { status, vehicle, eta } = (await response.json()) as State;
      if (status === 'enroute-to-pickup' && vehicle && eta && eta.seconds > (best?.seconds ?? 0)) best = { trip, seconds: eta.seconds };
    }
    if (best) return best.trip;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

export function metersBetween(a: LngLat, b: LngLat): number {
  const east = (b.lng - a.lng) * metersPerDegree * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(east, (b.lat - a.lat) * metersPerDegree);
}

export class Driver {
  readonly #url: string;
  /** Reports go out one after the other: one that overtakes another makes that one too old to be taken. */
  #before: Promise<unknown> = Promise.resolve();
  #place: LngLat;
  #time: number;

  /** `place` is where the driver was last, at Unix milliseconds `time`. */
  constructor(
    url: string,
    readonly id: string,
    private readonly token: string,
    place: LngLat,
    time = 0,
  ) {
    this.#url = url;
    this.#place = place;
    this.#time = time;
  }

  /** Takes the wheel where the driver was last seen, or 600 m west of the pick-up. */
  static async at(url: string, demo: Directory): Promise<Driver> {
    const response = await fetch(`${url}/v1/trips/${demo.driverTrip.id}/live`, {
      headers: { Authorization: `Bearer ${demo.driverTrip.token}` },
    });
    if (!response.ok) throw new Error(`The driver's trip answers ${response.status}.`);
    const { vehicle, pickup } = (await response.json()) as State;
    const begin = vehicle ?? (pickup ? moved(pickup, -600, 0) : { lng: 0, lat: 0 });
    return new Driver(url, demo.driver, demo.driverToken, { lng: begin.lng, lat: begin.lat }, vehicle?.time ?? 0);
  }

  /** The time of the fix that was reported last, Unix milliseconds. */
  get time(): number {
    return this.#time;
  }

  /** Reports a fix so many metres away from the last one; without a speed (m/s) the marker is to rest there. */
  drive(eastMeters: number, northMeters: number, more: { readonly heading?: number; readonly speed?: number } = {}): Promise<LngLat> {
    const driven = this.#before.then(() => this.#drive(eastMeters, northMeters, more));
    this.#before = driven.catch(() => {});
    return driven;
  }

  async #drive(eastMeters: number, northMeters: number, more: object): Promise<LngLat> {
    this.#place = moved(this.#place, eastMeters, northMeters);
    // A second a fix at least, so that no fix is a jump; the server takes what is a little ahead of its clock.
    this.#time = Math.max(Date.now(), this.#time + 1000);
    const response = await fetch(`${this.#url}/v1/drivers/${this.id}/fixes`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify([{ time: this.#time, ...this.#place, accuracy: 4, ...more }]),
    });
    const ack = (await response.json()) as { accepted?: number };
    if (!response.ok || ack.accepted !== 1) throw new Error(`The fix was not taken: ${response.status} ${JSON.stringify(ack)}`);
    return this.#place;
  }
}

/** Has the driver report where it is, so that it is not taken for silent, until the returned function is called. */
export function keepAwake(driver: Driver): () => void {
  // A report that fails is one of a test that is over.
  const timer = setInterval(() => void driver.drive(0, 0).catch(() => {}), 2000);
  return () => clearInterval(timer);
}

export function moved(from: LngLat, eastMeters: number, northMeters: number): LngLat {
  return {
    lng: from.lng + eastMeters / (metersPerDegree * Math.cos((from.lat * Math.PI) / 180)),
    lat: from.lat + northMeters / metersPerDegree,
  };
}

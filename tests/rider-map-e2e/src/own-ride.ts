/** A trip of the test's own: made, assigned, begun, ended and shared by a dispatcher's hand, with a driver who reports by hand. */
import { randomUUID } from 'node:crypto';
import { Driver, moved, type Directory, type LngLat } from './demo.js';

export interface Share {
  readonly share: string;
  readonly token: string;
}

export interface Card {
  readonly name: string;
  readonly vehicle: string;
  readonly plate: string;
}

export const maya: Card = { name: 'Maya', vehicle: 'Blue Toyota Prius', plate: '8KTR 214' };

export class OwnRide {
  private constructor(
    private readonly url: string,
    private readonly demo: Directory,
    readonly trip: string,
    readonly pickup: LngLat,
  ) {}

  /** A new trip near the middle of the town. */
  static async make(url: string, demo: Directory): Promise<OwnRide> {
    const response = await fetch(`${url}/v1/trips/${demo.driverTrip.id}/live`, { headers: { Authorization: `Bearer ${demo.driverTrip.token}` } });
    const { pickup, dropoff } = (await response.json()) as { pickup: LngLat; dropoff: LngLat };
    const body = { rider: 'e2e', pickup: { ...pickup, label: 'Ferry Building' }, dropoff: { ...dropoff, label: 'City Hall' } };
    const { id } = (await post(url, demo, '/v1/trips', body)) as { id: string };
    return new OwnRide(url, demo, id, { lng: pickup.lng, lat: pickup.lat });
  }

  /** A link to the trip that works for `ttl` seconds. */
  async share(ttl = 600): Promise<Share> {
    return (await post(this.url, this.demo, `/v1/trips/${this.trip}/share`, { ttl })) as Share;
  }

  async revoke(share: Share): Promise<void> {
    await call(this.url, this.demo, 'DELETE', `/v1/trips/${this.trip}/share/${share.share}`);
  }

  /** A driver that nobody else has, `eastMeters` from the pick-up, who has reported once. */
  async driver(eastMeters: number, card: Card = maya): Promise<Driver> {
    const driver = await this.silentDriver(eastMeters, card);
    await driver.drive(0, 0);
    return driver;
  }

  /** A driver that nobody else has, who has not reported yet. */
  async silentDriver(eastMeters: number, card: Card = maya): Promise<Driver> {
    const id = `e2e-${randomUUID().slice(0, 8)}`;
    await call(this.url, this.demo, 'PUT', `/v1/drivers/${id}`, card);
    const { token } = (await post(this.url, this.demo, '/v1/tokens', { role: 'driver', sub: id, ttl: 3600 })) as { token: string };
    return new Driver(this.url, id, token, moved(this.pickup, eastMeters, 0));
  }

  async assign(driver: Driver): Promise<void> {
    await this.#command('assign', { driver: driver.id });
  }

  async arrive(): Promise<void> {
    await this.#command('arrive');
  }

  async start(): Promise<void> {
    await this.#command('start');
  }

  async complete(): Promise<void> {
    await this.#command('complete');
  }

  async cancel(): Promise<void> {
    await this.#command('cancel');
  }

  async #command(name: string, body?: object): Promise<void> {
    await post(this.url, this.demo, `/v1/trips/${this.trip}/${name}`, body);
  }
}

function post(url: string, demo: Directory, path: string, body?: object): Promise<unknown> {
  return call(url, demo, 'POST', path, body);
}

async function call(url: string, demo: Directory, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: { Authorization: `Bearer ${demo.dispatcherToken}`, 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path} answers ${response.status}: ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}

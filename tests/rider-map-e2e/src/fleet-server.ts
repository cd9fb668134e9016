/**
 * A fleet of any size for the bench: serves the built pages and speaks the viewport protocol, Records' lists and events.
 * Not RideTracker: on two cores a real one with ten thousand cars would leave the browser nothing to be measured with.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
const metersPerDegree = 111_320;
const center = { lng: 0.01, lat: 51.5 };
/** Half the side of the square that cars drive in, degrees. */
const half = 0.06;

interface Car {
  readonly id: string;
  lng: number;
  lat: number;
  heading: number;
  speed: number;
  readonly status: 'idle' | 'busy';
}

export interface FleetServer {
  readonly url: string;
  readonly token: string;
  /** Bytes of the last tick. */
  readonly tickBytes: number;
  stop(): Promise<void>;
}

export async function startFleetServer(folder: string, count: number): Promise<FleetServer> {
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const cars: Car[] = Array.from({ length: count }, (_, i) => ({
    id: `car-${String(i).padStart(5, '0')}`,
    lng: center.lng + (random() * 2 - 1) * half * 1.6,
    lat: center.lat + (random() * 2 - 1) * half,
    heading: Math.floor(random() * 4) * 90,
    speed: 5 + random() * 10,
    status: random() < 0.6 ? 'busy' : 'idle',
  }));
  const streams = new Set<ServerResponse>();
  const eventStreams = new Set<ServerResponse>();
  let cursor = 0;
  let tickBytes = 0;

  /** Every car moves each second: nothing is left out of the message. */
  function move(): void {
    for (const car of cars) {
      if (random() < 0.05) car.heading = (car.heading + (random() < 0.5 ? 90 : 270)) % 360;
      const radians = (car.heading * Math.PI) / 180;
      car.lng += (Math.sin(radians) * car.speed) / (metersPerDegree * 0.62);
      car.lat += (Math.cos(radians) * car.speed) / metersPerDegree;
      if (Math.abs(car.lng - center.lng) > half * 1.6 || Math.abs(car.lat - center.lat) > half) car.heading = (car.heading + 180) % 360;
    }
  }
  const message = (whole: boolean): string => {
    const time = Date.now();
    const vehicles = cars.map(({ id, lng, lat, heading, speed, status }) => ({ id, lat: Number(lat.toFixed(6)), lng: Number(lng.toFixed(6)), heading, speed: Number(speed.toFixed(1)), time, status }));
    return `id: c${++cursor}\nevent: position\ndata: ${JSON.stringify({ cursor: `c${cursor}`, ...(whole ? { whole } : {}), vehicles })}\n\n`;
  };
  const ticking = setInterval(() => {
    move();
    const text = message(false);
    tickBytes = text.length;
    for (const stream of streams) stream.write(text);
    const number = cursor;
    const busy = cars[number % cars.length]!;
    for (const stream of eventStreams) stream.write(`id: ${number}\ndata: ${JSON.stringify({ number, kind: 'trip-status', time: Date.now(), trip: `t_${busy.id}`, driver: busy.id })}\n\n`);
  }, 1000);

  const trip = (car: Car): unknown => ({ id: `t_${car.id}`, status: 'enroute-to-dropoff', version: 4, pickup: { lat: car.lat, lng: car.lng, label: 'Somewhere' }, dropoff: { lat: car.lat, lng: car.lng + 0.01, label: 'Elsewhere' }, driver: car.id, queued: false, route: { version: 2, seconds: 600 }, created: Date.now(), assigned: Date.now(), started: Date.now() });
  const driver = ({ id }: Car, i: number): unknown => ({ id, name: `Driver ${i}`, vehicle: 'Grey estate', plate: `BE ${String(i).padStart(5, '0')}`, status: 'busy' });
  const paged = <T>(all: readonly T[], query: URLSearchParams): unknown => {
    const from = Number(query.get('after') ?? 0);
    const to = from + Number(query.get('limit') ?? 50);
    return { items: all.slice(from, to), ...(to < all.length ? { next: String(to) } : {}) };
  };
  const streets = (): unknown => {
    const lines: [number, number][][] = [];
    for (let i = -60; i <= 60; i++) {
      const at = i / 60;
      lines.push([[center.lng - half * 1.6, center.lat + at * half], [center.lng + half * 1.6, center.lat + at * half]], [[center.lng + at * half * 1.6, center.lat - half], [center.lng + at * half * 1.6, center.lat + half]]);
    }
    return { type: 'FeatureCollection', features: lines.map((coordinates, i) => ({ type: 'Feature', properties: { highway: i % 9 === 0 ? 'primary' : 'residential', name: `Street ${i}` }, geometry: { type: 'LineString', coordinates } })) };
  };

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const json = (body: unknown): void => void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    const stream = (all: Set<ServerResponse>): void => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
      response.write('retry: 1000\n\nevent: alive\ndata: {}\n\n');
      all.add(response);
      request.on('close', () => all.delete(response));
    };
    switch (true) {
      case pathname === '/map/config.json':
        return json({ styleUrl: null, pmtiles: null, town: '/map/town.geojson', center: [center.lng, center.lat], zoom: 12.4, attribution: 'A grid', oidc: null });
      case pathname === '/map/town.geojson':
        return json(streets());
      case pathname === '/v1/capabilities':
        return json({ strategies: ['sse'], maxWaitSeconds: 50, pollIntervalMs: 2000, aliveSeconds: 15, now: Date.now() });
      case pathname === '/v1/vehicles/live' && searchParams.has('near'):
        return json({ cursor: 'near', whole: true, vehicles: [] });
      case pathname === '/v1/vehicles/live':
        stream(streams);
        response.write(message(true));
        return;
      case pathname === '/v1/events':
        return stream(eventStreams);
      case pathname === '/v1/drivers':
        return json(paged(cars.map(driver), searchParams));
      case pathname === '/v1/trips':
        return json(paged(searchParams.get('status') === 'enroute-to-dropoff' ? cars.filter(({ status }) => status === 'busy').map(trip) : [], searchParams));
      case pathname.startsWith('/v1/trips/'): {
        const car = cars.find(({ id }) => pathname === `/v1/trips/t_${id}`);
        return car ? json(trip(car)) : void response.writeHead(404).end();
      }
      case pathname === '/v1/geofences':
        return json({ items: [] });
      case pathname === '/v1/nodes':
        return json({ now: Date.now(), nodes: [{ id: 'bench', heardAt: Date.now(), status: 'ready', fixesPerSecond: count, rejectedPerSecond: 0 }] });
      case pathname.endsWith('/trail'):
        return json({ type: 'FeatureCollection', features: [] });
      case pathname === '/v1/seen':
        return void response.writeHead(204).end();
      default:
        return void file(pathname, response);
    }
  });

  async function file(pathname: string, response: ServerResponse): Promise<void> {
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const body = path.includes('..') ? undefined : await readFile(join(folder, path)).catch(() => undefined);
    if (!body) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'application/octet-stream' }).end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: `${part({ alg: 'none' })}.${part({ role: 'dispatcher', sub: 'bench', exp: Math.floor(Date.now() / 1000) + 3600 })}.${part('bench')}`,
    get tickBytes() {
      return tickBytes;
    },
    stop: () =>
      new Promise((resolve) => {
        clearInterval(ticking);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

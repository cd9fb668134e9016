/** A proxy before a real server that does, when it is told to, what bad networks and bad proxies do. */
import { EventEmitter, once } from 'node:events';
import { createServer, request as httpRequest, Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex, Writable } from 'node:stream';
import { Faults, type Fault } from './faults.js';

export type Way = 'sse' | 'websocket' | 'long-poll' | 'poll' | 'other';

export interface Asked {
  readonly way: Way;
  readonly path: string;
  readonly cursor: string | undefined;
  /** Of what came back to the client; undefined until then. */
  status?: number;
}

/** Something that the proxy itself serves, under its own address. */
export type Page = (path: string) => { readonly type: string; readonly body: string; readonly headers?: Record<string, string> } | undefined;

const webPage = '<!doctype html><title>Sign in</title><h1>Welcome to the free network</h1>';

export class FaultProxy {
  readonly url: string;
  readonly faults = new Faults();
  /** What was asked of the API, oldest first. */
  readonly asked: Asked[] = [];
  readonly #sockets: Set<Socket>;
  readonly #streams: Streams;
  readonly #close: () => Promise<void>;

  private constructor(url: string, sockets: Set<Socket>, streams: Streams, close: () => Promise<void>) {
    this.url = url;
    this.#sockets = sockets;
    this.#streams = streams;
    this.#close = close;
  }

  static async before(target: string, page: Page = () => undefined): Promise<FaultProxy> {
    const to = new URL(target);
    const agent = new Agent({ keepAlive: true });
    const sockets = new Set<Socket>();
    const streams = new Streams();
    const server = createServer((request, response) => {
      const own = page(request.url ?? '');
      if (own) return void response.writeHead(200, { 'Content-Type': own.type, ...own.headers }).end(own.body);
      forward(request, response);
    });
    const begin = (request: IncomingMessage): Asked => {
      const asked: Asked = { way: wayOf(request), path: (request.url ?? '').split('?')[0]!, cursor: cursorOf(request) };
      if (asked.path.startsWith('/v1/')) proxy.asked.push(asked);
      return asked;
    };

    const forward = (request: IncomingMessage, response: ServerResponse): void => {
      const asked = begin(request);
      const fault = proxy.faults.of(asked);
      const answer = (status: number, body: string): void => {
        asked.status = status;
        response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(body);
      };
      if (fault === 'web-page') return answer(200, webPage);
      if (fault === 'bad-gateway') return answer(502, webPage);
      if (fault === 'not-found') return answer(404, webPage);
      if (fault === 'cut') return void request.socket.destroy();
      if (fault === 'black-hole') return;
      const upstream = httpRequest(
        { host: to.hostname, port: to.port, method: request.method, path: request.url, headers: request.headers, agent },
        (came) => {
          const head = (): void => {
            asked.status = came.statusCode ?? 0;
            response.writeHead(asked.status, came.headers);
            response.flushHeaders();
          };
          const pass = proxy.faults.pipe(asked, came, response, head);
          streams.add(asked);
          response.on('close', () => {
            streams.delete(asked);
            pass.stop();
            upstream.destroy();
          });
        },
      );
      upstream.on('error', () => request.socket.destroy());
      // The client left before there was an answer.
      response.on('close', () => upstream.destroy());
      request.pipe(upstream);
    };

    const upgrade = (request: IncomingMessage, client: Duplex, first: Buffer): void => {
      const asked = begin(request);
      const fault = proxy.faults.of(asked);
      client.on('error', () => client.destroy());
      if (fault === 'cut') return void client.destroy();
      if (fault === 'black-hole') return;
      if (fault === 'no-upgrade' || fault === 'web-page' || fault === 'bad-gateway' || fault === 'not-found') {
        return void client.end(`HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n${webPage}`);
      }
      const upstream = connect(Number(to.port), to.hostname, () => {
        const lines = request.rawHeaders.flatMap((value, i, all) => (i % 2 ? [] : [`${value}: ${all[i + 1]}`]));
        upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
        upstream.write(first);
        client.pipe(upstream);
        streams.add(asked);
        asked.status = 101;
      });
      const pass = proxy.faults.pipe(asked, upstream, client as Writable);
      const over = (): void => {
        streams.delete(asked);
        pass.stop();
        client.destroy();
        upstream.destroy();
      };
      for (const side of [client, upstream]) side.on('close', over).on('error', over);
    };

    server.on('upgrade', upgrade);
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new FaultProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, streams, async () => {
      agent.destroy();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return proxy;
  }

  /**
   * Waits until these answers of the live resource, and no others, are under way.
   * A browser closes a connection some time after its page let go of it.
   */
  async untilStreams(...wanted: Way[]): Promise<void> {
    const signal = AbortSignal.timeout(60_000);
    while (String(this.#streams.live) !== String(wanted)) {
      await once(this.#streams.changed, 'changed', { signal }).catch(() => {
        throw new Error(`Under way are [${this.#streams.live}], expected were [${wanted}].`);
      });
    }
  }

  /** From now on; what is open feels it with its next bytes. */
  set(fault: Fault, only?: readonly Way[]): void {
    this.faults.set(fault, only);
  }

  /** Breaks every connection, once. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** The answers that are under way. */
class Streams {
  readonly changed = new EventEmitter();
  readonly #open = new Set<Asked>();

  get live(): Way[] {
    return [...this.#open].filter(({ path }) => path.endsWith('/live')).map(({ way }) => way);
  }

  add(asked: Asked): void {
    this.#open.add(asked);
    this.changed.emit('changed');
  }

  delete(asked: Asked): void {
    this.#open.delete(asked);
    this.changed.emit('changed');
  }
}

function wayOf({ url = '', headers }: IncomingMessage): Way {
  if (!url.split('?')[0]!.endsWith('/live')) return 'other';
  if (headers.upgrade) return 'websocket';
  if (headers.accept === 'text/event-stream') return 'sse';
  return headers.prefer ? 'long-poll' : 'poll';
}

function cursorOf({ url = '', headers }: IncomingMessage): string | undefined {
  const query = new URL(url, 'http://proxy').searchParams.get('cursor');
  return String(headers['last-event-id'] ?? query ?? headers['if-none-match'] ?? '').replaceAll('"', '') || undefined;
}

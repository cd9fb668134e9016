/** A server that does in each test exactly what the test says, also what no good server does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Capabilities, TripState } from '../types.js';

/** How the client asked. */
export type Way = 'sse' | 'websocket' | 'long-poll' | 'poll';

export interface Asked {
  readonly way: Way;
  readonly url: URL;
  readonly token: string | undefined;
  readonly cursor: string | undefined;
  readonly headers: IncomingMessage['headers'];
  /** How many requests of this way came before. */
  readonly nth: number;
}

export interface Script {
  readonly capabilities?: Partial<Capabilities> | 'missing';
  /** Without it, 404, as of an older server. */
  seen?(request: IncomingMessage, response: ServerResponse): void;
  http?(asked: Asked, response: ServerResponse): void;
  /** Without it, the handshake is refused with 502, as a proxy would. */
  webSocket?(asked: Asked, socket: WebSocket): void;
}

export interface ScriptServer {
  readonly url: string;
  readonly asked: Asked[];
  /** Aborted when the test is over, however it ended. */
  readonly over: AbortSignal;
  /** Breaks every connection. */
  drop(): void;
}

export async function serve(t: TestContext, script: Script): Promise<ScriptServer> {
  const asked: Asked[] = [];
  const note = (way: Way, request: IncomingMessage): Asked => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const etag = request.headers['if-none-match'];
    const entry: Asked = {
      way,
      url,
      token: request.headers.authorization?.replace('Bearer ', '') ?? url.searchParams.get('access_token') ?? undefined,
      cursor:
        String(request.headers['last-event-id'] ?? url.searchParams.get('cursor') ?? etag ?? '').replaceAll('"', '') ||
        undefined,
      headers: request.headers,
      nth: asked.filter((other) => other.way === way).length,
    };
    asked.push(entry);
    return entry;
  };
  const server = createServer((request, response) => {
    if (request.url === '/v1/seen') return script.seen ? script.seen(request, response) : void response.writeHead(404).end();
    if (request.url === '/v1/capabilities') {
      if (script.capabilities === 'missing') return void response.writeHead(404).end();
      return json(response, 200, { ...quick, ...script.capabilities });
    }
    const way = request.headers.accept === 'text/event-stream' ? 'sse' : request.headers.prefer ? 'long-poll' : 'poll';
    const entry = note(way, request);
    if (script.http) script.http(entry, response);
    else response.writeHead(500).end();
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const entry = note('websocket', request);
    if (!script.webSocket) return void socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (webSocket) => script.webSocket?.(entry, webSocket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const over = new AbortController();
  t.after(() => {
    over.abort();
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/trips/t_1/live`, asked, over: over.signal, drop: () => server.closeAllConnections() };
}

/** Limits so short that no test waits. */
export const quick: Capabilities = {
  strategies: ['sse', 'websocket', 'long-poll', 'poll'],
  maxWaitSeconds: 5,
  pollIntervalMs: 100,
  aliveSeconds: 10,
};

export function trip(n: number, more: Partial<TripState> = {}): TripState {
  return {
    cursor: `c${n}`,
    trip: 't_1',
    status: 'enroute-to-pickup',
    version: 1,
    vehicle: { lat: 37 + n / 1000, lng: -122, time: 1000 * n },
    ...more,
  };
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function openSse(response: ServerResponse, text = ''): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.flushHeaders();
  if (text) response.write(text);
}

export function position(state: { readonly cursor: string }): string {
  return `event: position\nid: ${state.cursor}\ndata: ${JSON.stringify(state)}\n\n`;
}

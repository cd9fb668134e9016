/** The same states over a WebSocket; a browser can't set headers there, so token and cursor go into the query. */
import { probe, type Link, type WebSocketConstructor } from './link.js';
import { outcomeOfClose, outcomeOfEnd, unreachable, type Outcome } from './outcome.js';

interface Frame {
  readonly cursor?: unknown;
  readonly drain?: { readonly reconnectAfterMs?: number };
  readonly end?: { readonly reason: string };
}

export async function runWebSocket(link: Link): Promise<Outcome> {
  try {
    const outcome = link.webSocket && (await exchange(link, link.webSocket));
    // The browser hides why a handshake failed. On the ladder the next strategy finds out; pinned, a plain GET does.
    return outcome ?? (link.pinned ? await probe(link) : unreachable);
  } catch {
    return unreachable;
  }
}

/** Undefined if the socket never opened. */
async function exchange(link: Link, webSocket: WebSocketConstructor): Promise<Outcome | undefined> {
  // http: becomes ws:, https: wss:.
  const url = new URL(link.url.href.replace('http', 'ws'));
  const token = await link.token();
  const cursor = link.cursor();
  if (token) url.searchParams.set('access_token', token);
  if (cursor) url.searchParams.set('cursor', cursor);
  if (link.signal.aborted) return undefined;
  return new Promise((resolve) => {
    const socket = new webSocket(url.href);
    let open = false;
    let drainMs: number | undefined;
    const settle = (outcome: Outcome | undefined): void => {
      // The handlers stay, empty: `ws` throws an error event that nobody hears.
      socket.onopen = socket.onmessage = socket.onclose = () => {};
      socket.close();
      resolve(outcome);
    };
    link.signal.addEventListener('abort', () => settle(open ? link.lost(open) : undefined));
    socket.onerror = () => {};
    socket.onopen = () => {
      open = true;
      link.send = (text) => socket.send(text);
      link.listen();
    };
    socket.onmessage = (event: { data: string }) => {
      link.listen();
      try {
        const frame = JSON.parse(event.data) as Frame;
        if (frame.cursor !== undefined) link.heard(frame);
        else if (frame.end) settle(outcomeOfEnd(frame.end.reason));
        else {
          drainMs = frame.drain?.reconnectAfterMs ?? drainMs;
          link.heard();
        }
      } catch {
        settle(link.lost(open));
      }
    };
    socket.onclose = (event: { code: number; reason: string }) =>
      settle(open ? outcomeOfClose(event.code, event.reason, drainMs) : undefined);
  });
}

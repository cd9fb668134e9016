/** The same states over a WebSocket; a browser can't set headers there, so token and cursor go into the query. */
import { connectionOf, Deadline, probe, silenceMs, type Link, type WebSocketConstructor } from './link.js';
import { outcomeOfClose, outcomeOfEnd, type Outcome } from './outcome.js';

interface Frame {
  readonly cursor?: unknown;
  readonly drain?: { readonly reconnectAfterMs?: number };
  readonly end?: { readonly reason?: unknown };
}

export async function runWebSocket(link: Link): Promise<Outcome> {
  const { controller, release } = connectionOf(link);
  try {
    const outcome = link.webSocket ? await exchange(link, link.webSocket, controller.signal) : undefined;
    if (outcome) return outcome;
    // The browser hides why a handshake failed. On the ladder the next strategy finds out; pinned, a plain GET does.
    return link.pinned ? await probe(link, controller.signal) : { kind: 'unreachable' };
  } catch {
    return { kind: 'unreachable' };
  } finally {
    release();
  }
}

/** Undefined if the socket never opened. */
async function exchange(
  link: Link,
  webSocket: WebSocketConstructor,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const url = new URL(link.url);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const token = await link.token();
  if (token !== undefined) url.searchParams.set('access_token', token);
  if (link.cursor !== undefined) url.searchParams.set('cursor', link.cursor);
  if (signal.aborted) return { kind: 'dropped' };
  return new Promise((resolve) => {
    const socket = new webSocket(url.href);
    let open = false;
    let drainMs: number | undefined;
    const settle = (outcome: Outcome | undefined): void => {
      deadline.clear();
      signal.removeEventListener('abort', onAbort);
      // The handlers stay, empty: `ws` throws an error event that nobody hears.
      socket.onopen = socket.onmessage = socket.onclose = () => {};
      socket.close();
      resolve(outcome);
    };
    const deadline = new Deadline(() => settle(open ? { kind: 'silent' } : undefined));
    const onAbort = (): void => settle({ kind: 'dropped' });
    signal.addEventListener('abort', onAbort);
    deadline.set(link.openTimeoutMs);
    socket.onerror = () => {};
    socket.onopen = () => {
      open = true;
      deadline.set(silenceMs(link.capabilities));
    };
    socket.onmessage = (event: { data: unknown }) => {
      deadline.set(silenceMs(link.capabilities));
      let frame: Frame;
      try {
        frame = JSON.parse(String(event.data)) as Frame;
      } catch {
        return settle({ kind: 'dropped' });
      }
      if (frame.cursor !== undefined) link.state(frame);
      else if (frame.end) settle(outcomeOfEnd(String(frame.end.reason)));
      else {
        if (frame.drain) drainMs = frame.drain.reconnectAfterMs;
        link.heard();
      }
    };
    socket.onclose = (event: { code: number; reason: string }) =>
      settle(open ? outcomeOfClose(event.code, String(event.reason), drainMs) : undefined);
  });
}

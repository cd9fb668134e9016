/** Server-sent events by a streaming fetch, so that the token travels in a header and never in a URL. */
import { connectionOf, Deadline, get, probe, refusal, silenceMs, type Link } from './link.js';
import { outcomeOfEnd, type Outcome } from './outcome.js';
import { SseParser } from './sse-parser.js';

export async function runSse(link: Link): Promise<Outcome> {
  const { controller, release } = connectionOf(link);
  const deadline = new Deadline(() => controller.abort());
  const parser = new SseParser();
  let open = false;
  try {
    deadline.set(link.openTimeoutMs);
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (link.cursor !== undefined) headers['Last-Event-ID'] = link.cursor;
    const response = await get(link, headers, controller.signal);
    // 204 says that the trip is over, but not how.
    if (response.status === 204) {
      const why = await probe(link, controller.signal);
      return why.kind === 'end' ? why : { kind: 'end', end: { reason: 'trip-over' } };
    }
    if (response.status !== 200) return await refusal(response);
    const type = response.headers.get('Content-Type') ?? '';
    if (!type.startsWith('text/event-stream') || !response.body) return { kind: 'unreachable' };
    open = true;
    const reader = response.body.getReader();
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    for (;;) {
      deadline.set(silenceMs(link.capabilities));
      const { done, value } = await reader.read();
      if (done) return { kind: 'dropped', retryMs: parser.retryMs };
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        const data = JSON.parse(event.data) as { reason?: unknown };
        if (event.type === 'position') link.state(data);
        else if (event.type === 'end') return outcomeOfEnd(String(data.reason));
        else link.heard();
      }
    }
  } catch {
    // Every failure of the network looks the same from here; what counts is how far the connection came.
    if (!open) return { kind: 'unreachable' };
    return deadline.passed ? { kind: 'silent' } : { kind: 'dropped', retryMs: parser.retryMs };
  } finally {
    deadline.clear();
    release();
  }
}

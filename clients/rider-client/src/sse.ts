/** Server-sent events by a streaming fetch, so that the token travels in a header and never in a URL. */
import { get, isType, probe, refusal, type Link } from './link.js';
import { end, outcomeOfEnd, unreachable, type Outcome } from './outcome.js';
import { createSseParser } from './sse-parser.js';

export async function runSse(link: Link): Promise<Outcome> {
  const parser = createSseParser();
  let open = false;
  try {
    const cursor = link.cursor();
    const response = await get(link, {
      Accept: 'text/event-stream',
      ...(cursor && { 'Last-Event-ID': cursor }),
    });
    // 204 says that the trip is over, but not how.
    if (response.status === 204) {
      const why = await probe(link);
      return why.kind === 'end' ? why : end('trip-over');
    }
    if (response.status !== 200) return await refusal(response);
    // No body: this browser can't read an answer while it comes.
    if (!response.body || !isType(response, /event-stream/)) return unreachable;
    open = true;
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      link.listen();
      const { done, value } = await reader.read();
      if (done) break;
      for (const { type, data } of parser.push(decoder.decode(value, { stream: true }))) {
        const body = JSON.parse(data) as { reason: string };
        if (type === 'end') return outcomeOfEnd(body.reason);
        if (link.heard(type === 'position' ? body : undefined) === undefined) throw body;
      }
    }
  } catch {
    // What it came to is seen below.
  }
  return link.lost(open, parser.retryMs);
}

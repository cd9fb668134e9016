/** Long and short polling: a GET with the cursor, again and again; a long one is held by the server until there is news. */
import { get, refusal, retryMsOf, type Link } from './link.js';
import { unreachable, type Outcome } from './outcome.js';

export async function runPoll(link: Link, long: boolean): Promise<Outcome> {
  /** An answer without news that comes sooner than this was not held: a proxy has eaten `Prefer`. */
  const heldAtLeastMs = 500;
  let open = false;
  try {
    for (;;) {
      const askedAtMs = performance.now();
      const cursor = link.cursor();
      const { maxWaitSeconds, pollIntervalMs } = link.capabilities();
      const waitSeconds = long && cursor ? maxWaitSeconds : 0;
      link.within(waitSeconds * 1000 + link.openTimeoutMs);
      const response = await get(link, {
        ...(cursor && { 'If-None-Match': `"${cursor}"` }),
        ...(waitSeconds && { Prefer: `wait=${waitSeconds}` }),
      });
      let news: boolean | undefined = false;
      if (response.status === 200) {
        news = link.heard(await response.json());
        if (news === undefined) return unreachable;
      } else if (response.status === 304) {
        link.heard();
        // A node that goes away lets go of the polls that it holds, and says when to come back.
        const retryMs = retryMsOf(response);
        if (retryMs !== undefined) return { kind: 'told', retryMs };
      } else return await refusal(response);
      open = true;
      if (link.climbs()) return { kind: 'climb' };
      const tookMs = performance.now() - askedAtMs;
      const pauseMs = !long ? Math.max(pollIntervalMs / 4, pollIntervalMs - tookMs) : news || tookMs > heldAtLeastMs ? 0 : pollIntervalMs;
      link.within(pauseMs + link.openTimeoutMs);
      if (pauseMs) await link.sleep(pauseMs);
    }
  } catch {
    return link.lost(open);
  }
}

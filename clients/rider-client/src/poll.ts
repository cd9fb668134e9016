/** Long and short polling: a GET with the cursor, again and again; a long one is held by the server until there is news. */
import { retryAfterMs } from './backoff.js';
import { connectionOf, Deadline, get, refusal, type Link } from './link.js';
import type { Outcome } from './outcome.js';

/** An answer without news that comes sooner than this was not held: a proxy has eaten `Prefer`. */
const heldAtLeastMs = 500;

export function runLongPoll(link: Link): Promise<Outcome> {
  return run(link, true);
}

export function runShortPoll(link: Link): Promise<Outcome> {
  return run(link, false);
}

async function run(link: Link, long: boolean): Promise<Outcome> {
  const { controller, release } = connectionOf(link);
  const deadline = new Deadline(() => controller.abort());
  let open = false;
  try {
    for (;;) {
      const askedAt = link.now();
      const headers: Record<string, string> = { Accept: 'application/json' };
      const waitSeconds = long && link.cursor !== undefined ? link.capabilities.maxWaitSeconds : 0;
      if (link.cursor !== undefined) headers['If-None-Match'] = `"${link.cursor}"`;
      if (waitSeconds > 0) headers['Prefer'] = `wait=${waitSeconds}`;
      deadline.set(waitSeconds * 1000 + link.openTimeoutMs);
      const response = await get(link, headers, controller.signal);
      let news = false;
      if (response.status === 200) news = link.state(await response.json());
      else if (response.status === 304) {
        link.heard();
        // A node that goes away lets go of the polls that it holds, and says when to come back.
        const retryMs = retryAfterMs(response.headers.get('Retry-After'), Date.now());
        if (retryMs !== undefined) return { kind: 'told', retryMs };
      } else return await refusal(response);
      deadline.clear();
      open = true;
      if (link.wantsClimb()) return { kind: 'climb' };
      const tookMs = link.now() - askedAt;
      if (!long) await link.sleep(Math.max(link.capabilities.pollIntervalMs / 4, link.capabilities.pollIntervalMs - tookMs));
      else if (!news && tookMs < heldAtLeastMs) await link.sleep(link.capabilities.pollIntervalMs);
      if (controller.signal.aborted) return { kind: 'dropped' };
    }
  } catch {
    if (deadline.passed) return { kind: 'silent' };
    return open ? { kind: 'dropped' } : { kind: 'unreachable' };
  } finally {
    deadline.clear();
    release();
  }
}

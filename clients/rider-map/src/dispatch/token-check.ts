/** What is wrong with a token that somebody gives, in words. Pure but for the question to the server. */
import { claimsOf } from '../page/token.js';
import type { Units } from '../page/units.js';

/** Roles that see every car. */
const roles: readonly string[] = ['dispatcher', 'service'];

/** Undefined if nothing is wrong that can be seen from here. */
export function faultOf(token: string, nowMs: number, units: Units): string | undefined {
  const claims = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? claimsOf(token) : undefined;
  if (!claims) return 'This is not a token. A token is three long parts with dots between them.';
  if (claims.role === undefined) return 'This token has no role. The map needs a dispatcher’s.';
  if (!roles.includes(claims.role)) return `This is a ${claims.role}’s token. The map needs a dispatcher’s.`;
  if (claims.expiresMs !== undefined && claims.expiresMs <= nowMs) return `This token ran out ${endOf(claims.expiresMs, nowMs, units)}. Ask for a new one.`;
  return undefined;
}

function endOf(ms: number, nowMs: number, units: Units): string {
  const ago = nowMs - ms;
  return ago < 86_400_000 ? `at ${units.clock(ms)}` : `${Math.floor(ago / 86_400_000)} days ago`;
}

/** Asks the server. Undefined if it takes the token, or can't say now. */
export async function refusalOf(token: string): Promise<string | undefined> {
  try {
    const response = await fetch('/v1/vehicles/live?near=0,0&radius=1&limit=1', {
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      cache: 'no-store',
    });
    if (response.status === 401) return 'The server does not accept this token. It is from elsewhere, or it was revoked.';
    if (response.status === 403) return 'This token is not a dispatcher’s.';
    return undefined;
  } catch {
    return 'We can’t reach RideTracker. Please try again.';
  }
}

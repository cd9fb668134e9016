/** What is believed of `/v1/capabilities`. Pure. A member that is nonsense counts as not told, and spoils no other. */
import type { WatchOptions } from './options.js';
import { defaultCapabilities, defaultStrategies, type Capabilities, type Strategy } from './types.js';

/**
 * The most that is believed of each number: ten minutes, as a server may be set to, and of the clock a year far off. The least is
 * a six-thousandth of it: a tenth of a second; and a clock in seconds is none.
 */
const most = { maxWaitSeconds: 600, pollIntervalMs: 600_000, aliveSeconds: 600, now: 6e13 };

/** `pollIntervalMs`: what the caller wants in place of what was told. */
export function readCapabilities(told: Readonly<Record<string, unknown>>, { pollIntervalMs }: Pick<WatchOptions, 'pollIntervalMs'>): Capabilities {
  const strategies = told.strategies as Strategy[] | undefined;
  const known: { -readonly [K in keyof Capabilities]: Capabilities[K] } = { ...defaultCapabilities };
  // Only a list can be filtered.
  const usable = [...new Set(strategies?.filter?.((name) => defaultStrategies.includes(name)))];
  if (usable[0]) known.strategies = usable;
  let name: keyof typeof most;
  for (name in most) {
    const value = told[name] as number;
    if (Math.min(most[name], Math.max(most[name] / 6000, value)) === value) known[name] = value;
  }
  if (pollIntervalMs) known.pollIntervalMs = pollIntervalMs;
  return known;
}

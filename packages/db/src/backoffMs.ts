import type { RetryPolicy } from './queries/types.ts'

/** No exponential backoff waits longer than this, in seconds, unless the first delay already does. */
const CEILING_SECONDS = 3_600
/** Retries of executions that failed together are spread by up to this share of the delay, either way. */
const JITTER = 0.2

/**
 * The pause before the next attempt, in milliseconds. `fixed` waits `retryDelaySeconds` each time; `exponential`
 * doubles it with every retry used, up to an hour, and spreads it by 20 %.
 */
export function backoffMs(policy: RetryPolicy, random: () => number = Math.random): number {
  const baseMs = policy.retryDelaySeconds * 1000
  if (policy.retryBackoff === 'fixed') return baseMs
  const ceilingMs = Math.max(CEILING_SECONDS * 1000, baseMs)
  // 22 doublings of a millisecond exceed the ceiling; many more would make 0 * Infinity of no delay.
  const delayMs = Math.min(baseMs * 2 ** Math.min(policy.retryCount, 22), ceilingMs)
  return Math.round(Math.min(delayMs * (1 - JITTER + 2 * JITTER * random()), ceilingMs))
}

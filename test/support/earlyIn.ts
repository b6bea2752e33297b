import { setTimeout as pause } from 'node:timers/promises'

/** The days of the pages are Korean ones; a minute and an hour turn there when they do anywhere. */
const ZONE_MS = 9 * 3_600_000

/**
 * Waits for the next minute, hour or day where less than `leftMs` of the present one are left: for tests that name
 * instants by it, and take less.
 */
export async function earlyIn(unitMs: number, leftMs = 20_000): Promise<void> {
  const untilNextMs = unitMs - ((Date.now() + ZONE_MS) % unitMs)
  if (untilNextMs < leftMs) await pause(untilNextMs + 5)
}

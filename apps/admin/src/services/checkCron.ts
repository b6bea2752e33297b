import { CronError, type CronSpec, nextRuns, validateCron } from '@jobu/cron'
import type { ErrorCode, ErrorDetail } from '@jobu/db'

/** So many runs tell the smallest gap of a cron. */
const RUNS_FOR_JITTER = 30

/** What a rule of crons says about one: nothing, or the faults with the code of the first. */
export interface CronFaults {
  code: ErrorCode
  details: ErrorDetail[]
}

/**
 * Checks an expression with its zone.
 *
 * @returns the spec to store, or what is wrong
 */
export function checkSpec(
  spec: CronSpec,
  options: { minIntervalSeconds: number; from?: Date },
): { spec: CronSpec } | { faults: CronFaults } {
  try {
    return { spec: validateCron(spec, options) }
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    const { code, field, message, received, expected } = error
    return { faults: { code, details: [{ field, message, received, expected }] } }
  }
}

/** The window must lie forward, and jitter below every interval: two slots would otherwise change places. */
export function checkTimes(
  cron: { startAt: Date | null; endAt: Date | null; jitterSeconds: number },
  spec: CronSpec,
  now: Date,
): ErrorDetail[] {
  const details: ErrorDetail[] = []
  if (cron.startAt && cron.endAt && cron.endAt <= cron.startAt) {
    details.push({ field: 'end_at', message: 'must be after start_at', received: cron.endAt.toISOString() })
  }
  if (cron.jitterSeconds > 0) {
    const runs = nextRuns(spec, now, RUNS_FOR_JITTER).map((run) => run.getTime())
    const gaps = runs.slice(1).map((run, index) => (run - runs[index]!) / 1000)
    const smallest = Math.min(...gaps)
    if (cron.jitterSeconds >= smallest) {
      details.push({
        field: 'jitter_seconds',
        message: `must be below the cron's interval of ${smallest} seconds`,
        received: cron.jitterSeconds,
        expected: `less than ${smallest}`,
      })
    }
  }
  return details
}

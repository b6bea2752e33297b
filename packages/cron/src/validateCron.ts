import { CronError } from './cronError.ts'
import type { CronSpec } from './cronSpec.ts'
import { nextRun } from './nextRun.ts'
import { ParsedCron } from './parsedCron.ts'
import { refuseByText } from './refuseByText.ts'
import { smallestGap } from './smallestGap.ts'
import { Zone } from './zone.ts'

/**
 * Checks everything that can be wrong with an expression and its zone before they are stored.
 *
 * @param spec     as the user gave it; `dayMatch` defaults to `or`
 * @param options  `minIntervalSeconds` (default 60): the shortest allowed time between two runs, on the wall clock;
 *                 `from` (default now): where the search for a first run starts
 * @returns        the spec to store: the expression trimmed with single blanks, the zone name as given
 * @throws CronError  the first problem found, in the order zone, expression, never fires, interval
 */
export function validateCron(
  spec: { expression: string; timezone: string; dayMatch?: CronSpec['dayMatch'] },
  options: { minIntervalSeconds?: number; from?: Date } = {},
): CronSpec {
  const { minIntervalSeconds = 60, from = new Date() } = options
  Zone.named(spec.timezone)
  const expression = typeof spec.expression === 'string' ? spec.expression.trim().replace(/\s+/g, ' ') : ''
  refuseByText(expression)
  const valid: CronSpec = { expression, timezone: spec.timezone, dayMatch: spec.dayMatch ?? 'or' }
  const cron = ParsedCron.of(valid)

  if (nextRun(valid, from) === null) {
    throw new CronError('CRON_NEVER_FIRES', expression, 'a date that the calendar and the time zone have')
  }
  const gap = smallestGap(cron, minIntervalSeconds)
  if (gap < minIntervalSeconds) {
    throw new CronError(
      'CRON_INTERVAL_TOO_SHORT',
      expression,
      `at least ${minIntervalSeconds} seconds between two runs, its smallest gap is ${gap} seconds`,
    )
  }
  return valid
}

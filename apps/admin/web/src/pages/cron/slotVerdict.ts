import type { Schemas } from '../../api/client.ts'
import { STATUS_COLOR, type Status } from '../../components/status.ts'

export type Slot = Schemas['Slot']
export type Verdict = Slot['verdict']

/** What ran first, then what should have run and did not, then what was not due. */
export const VERDICTS = [
  'SUCCESS',
  'FAILED',
  'TIMEOUT',
  'CANCELLED',
  'SKIPPED',
  'RUNNING',
  'PENDING',
  'UNACCOUNTED',
  'PENDING_DISPATCH',
  'SCHEDULER_STOPPED',
  'DISABLED',
  'OUTSIDE_WINDOW',
  'NOT_DUE',
  'DROPPED_BY_EDIT',
  'COMPLETED',
  'BEFORE_CREATION',
  'BEFORE_HISTORY',
  'EXPIRED',
] as const satisfies Verdict[]

const OTHER: Partial<Record<Verdict, string>> = {
  UNACCOUNTED: 'red',
  PENDING_DISPATCH: 'yellow',
  SCHEDULER_STOPPED: 'orange',
  DROPPED_BY_EDIT: 'grape',
}

/** Of Mantine's palette; a verdict without an execution is grey unless someone should look at it. */
export const verdictColor = (verdict: Verdict): string =>
  STATUS_COLOR[verdict as Status] ?? OTHER[verdict] ?? 'gray'

/** Which sentence of `cron:verdictText` tells what became of a slot. */
export function verdictTextKey({ verdict, started_at, explanation, covered_by }: Slot) {
  switch (verdict) {
    case 'PENDING':
      return explanation.startsWith('waits (') ? 'PENDING_waits' : 'PENDING'
    case 'FAILED':
    case 'CANCELLED':
      return started_at ? verdict : (`${verdict}_unstarted` as const)
    case 'SKIPPED':
      return covered_by === null ? 'SKIPPED' : 'SKIPPED_covered'
    default:
      return verdict
  }
}

/** Verdicts of which the sentence says all that the server does. */
export const IS_PLAIN: ReadonlySet<Verdict> = new Set(['SUCCESS', 'RUNNING', 'PENDING', 'PENDING_DISPATCH'])

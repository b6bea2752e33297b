import type { Schemas } from '../../api/client.ts'
import type { RunStatus } from '../../api/scheduleTypes.ts'

export type RunCounts = Schemas['RunCounts']
export type DayCounts = Schemas['MonthlyStatistics']['days'][number]

/** As they stand in a cell: what went well, what did not, what is still to come. */
export const RUN_RESULTS = [
  'SUCCESS',
  'FAILED',
  'CANCELLED',
  'RUNNING',
  'PENDING',
] as const satisfies RunStatus[]

const FIELD = {
  SUCCESS: 'success',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  RUNNING: 'running',
  PENDING: 'pending',
} as const satisfies Record<RunStatus, keyof RunCounts>

export const countOf = (counts: RunCounts, status: RunStatus): number => counts[FIELD[status]]
export const totalOf = (counts: RunCounts): number =>
  RUN_RESULTS.reduce((sum, status) => sum + countOf(counts, status), 0)

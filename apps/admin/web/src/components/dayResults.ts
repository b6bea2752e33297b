import type { Schemas } from '../api/client.ts'
import type { Status } from './status.ts'

export type DayStats = Schemas['DailyStats']['items'][number]
type Result = Exclude<Status, 'PENDING' | 'RUNNING'>

/** What settles, the worst first. */
export const RESULTS = ['FAILED', 'TIMEOUT', 'CANCELLED', 'SKIPPED', 'SUCCESS'] as const satisfies Result[]

const FIELD = {
  FAILED: 'failed',
  TIMEOUT: 'timeout',
  CANCELLED: 'cancelled',
  SKIPPED: 'skipped',
  SUCCESS: 'success',
} as const satisfies Record<Result, keyof DayStats>

export const countOf = (day: DayStats, result: Result): number => day[FIELD[result]]

/** The results that a day has, the worst first. */
export const resultsOf = (day: DayStats): Result[] => RESULTS.filter((result) => countOf(day, result) > 0)

/** `98.4 %`; never 100 % where something failed. */
export function formatShare(share: number, language: string): string {
  const shown = share < 1 ? Math.min(share, 0.999) : 1
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(shown)
}

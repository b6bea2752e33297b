import { nextRun } from '@jobu/cron'
import {
  type Database,
  listRuns,
  type RunStat,
  type RunStatus,
  readRunStats,
  rebuildRunStats,
} from '@jobu/db'
import type { Actor } from '../http/actor.ts'
import { pageBody, pageOf } from '../schemas/paging.ts'
import type { CacheQuery, DayQuery, MonthQuery } from '../schemas/scheduleStatistics.ts'
import { audit } from './audit.ts'
import { runViews } from './readRun.ts'

/** Statistics count runs by the quarter of an hour. */
const QUARTER_MS = 900_000

interface Counts {
  success: number
  failed: number
  cancelled: number
  pending: number
  running: number
}

/** How runs ended, by the days of a zone, from the roll-up: a month costs the same whatever the history holds. */
export class ScheduleStatsService {
  readonly #database: Database
  readonly #timezone: string

  constructor(database: Database, displayTimezone: string) {
    this.#database = database
    this.#timezone = displayTimezone
  }

  async month({ year, month, timezone = this.#timezone, schedule_id: scheduleId }: MonthQuery) {
    const dates = datesOf(year, month)
    const bounds = [...dates, dateOf(year, month + 1, 1)].map((date) => startOf(date, timezone))
    const stats = await readRunStats(this.#database, {
      from: quarterOf(bounds[0]!),
      to: quarterOf(bounds.at(-1)!),
      scheduleId: scheduleId ?? null,
    })
    const days = dates.map((date, index) => ({
      date,
      ...countsOf(stats.filter(({ quarter }) => isWithin(quarter, bounds[index]!, bounds[index + 1]!))),
    }))
    return { year, month, timezone, days, totals: countsOf(stats) }
  }

  async day({ year, month, day, timezone = this.#timezone, schedule_id: scheduleId, ...paging }: DayQuery) {
    const date = dateOf(year, month, day)
    const [from, to] = [startOf(date, timezone), startOf(dateOf(year, month, day + 1), timezone)]
    const stats = await readRunStats(this.#database, {
      from: quarterOf(from),
      to: quarterOf(to),
      scheduleId: scheduleId ?? null,
    })
    const page = pageOf(paging)
    const { rows, total, isExact } = await listRuns(this.#database, { scheduleId, from, to }, page)
    const runs = pageBody(await runViews(this.#database, rows), total, page, { isExact })
    return { date, timezone, totals: countsOf(stats), runs }
  }

  /** Counts a month's runs anew. @returns what differed */
  async rebuild({ year, month, timezone = this.#timezone }: CacheQuery, actor: Actor) {
    const from = quarterOf(startOf(dateOf(year, month, 1), timezone))
    const to = quarterOf(startOf(dateOf(year, month + 1, 1), timezone))
    return this.#database.transactional({ label: 'rebuild run statistics' }, async (tx) => {
      const corrected = await rebuildRunStats(tx, from, to, timezone)
      const target = { type: 'statistics', id: `${year}-${String(month).padStart(2, '0')}` } as const
      await audit(tx, actor, 'statistics.rebuild', target, null, { corrected: corrected.length })
      return { year, month, corrected }
    })
  }
}

const COUNT_OF: Record<RunStatus, keyof Counts> = {
  SUCCESS: 'success',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  PENDING: 'pending',
  RUNNING: 'running',
}

function countsOf(stats: readonly RunStat[]): Counts {
  const counts: Counts = { success: 0, failed: 0, cancelled: 0, pending: 0, running: 0 }
  for (const { status, count } of stats) counts[COUNT_OF[status]] += count
  return counts
}

/** A quarter belongs to the day in which it begins, also where a zone's days begin within one. */
function isWithin(quarter: Date, from: Date, to: Date): boolean {
  return quarter >= quarterOf(from) && quarter < quarterOf(to)
}

function quarterOf(at: Date): Date {
  return new Date(Math.ceil(at.getTime() / QUARTER_MS) * QUARTER_MS)
}

function datesOf(year: number, month: number): string[] {
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return Array.from({ length: days }, (_, index) => dateOf(year, month, index + 1))
}

/** The 32nd of a month is a day of the next one. */
function dateOf(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)
}

/** The first instant of a date in a zone; where the clocks skip its midnight, when the day begins. */
function startOf(date: string, timezone: string): Date {
  // No zone is further than 15 hours from UTC, so one midnight lies in between that is this date's.
  let at = new Date(Date.parse(`${date}T00:00:00Z`) - 15 * 3_600_000 - 1)
  const midnights = { expression: '0 0 * * *', timezone, dayMatch: 'or' as const }
  const shown = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  do at = nextRun(midnights, at)!
  while (shown.format(at) < date)
  return at
}

import {
  type CronRank,
  countSeries,
  cronSummaries,
  type Database,
  databaseNow,
  type ExecutionStatus,
  FINAL_STATUSES,
  handlerSummaries,
  type Measure,
  measureSeries,
  rankCrons,
  type StatScope,
} from '@jobu/db'
import { validationError } from '../http/validationError.ts'
import type { FailuresQuery } from '../schemas/failures.ts'
import { type Page, pageBody, pageOf } from '../schemas/paging.ts'
import {
  type CronStatsQuery,
  type DailyQuery,
  type HandlerStatsQuery,
  MAX_RANK,
  type SeriesQuery,
  type SummaryQuery,
} from '../schemas/stats.ts'
import {
  countsView,
  measuredView,
  NO_COUNTS,
  NOTHING_MEASURED,
  type StatusCounts,
  successRate,
  summaryView,
  sumOf,
} from '../views/statsView.ts'
import { listFailures } from './listFailures.ts'
import {
  DAY_MS,
  dayBounds,
  HOUR_MS,
  hourBounds,
  type StatsWindow,
  startOfDay,
  startOfHour,
  statsWindow,
} from './statsWindow.ts'

/** The longest time of one answer, in days: of a series by hour, by day, and of a table. */
const MAX_DAYS = { hour: 14, day: 92, table: 7 }
const DEFAULT_DAYS = { hour: 1, day: 30, table: 1 }

/** What has settled, from the roll-ups: no executions are looked at. */
export class StatsService {
  readonly #database: Database
  readonly #timezone: string

  constructor(database: Database, displayTimezone: string) {
    this.#database = database
    this.#timezone = displayTimezone
  }

  async summary({ timezone = this.#timezone }: SummaryQuery) {
    const now = await databaseNow(this.#database)
    const today = startOfDay(now, timezone)
    const lastHour = startOfHour(new Date(now.getTime() - HOUR_MS))
    const last24Hours = startOfHour(new Date(now.getTime() - DAY_MS))
    const to = new Date(startOfHour(now).getTime() + HOUR_MS)
    const from = startOfHour(new Date(Math.min(today.getTime(), last24Hours.getTime())))
    const everything: StatScope = { statuses: FINAL_STATUSES }
    const measure = async (name: Measure) => {
      const [found] = await measureSeries(this.#database, name, everything, [last24Hours, to])
      return found ? measuredView(found) : NOTHING_MEASURED
    }
    const bounds = hourBounds({ from, to })
    const [hours, duration, lateness] = await Promise.all([
      this.#counts(everything, bounds),
      measure('duration'),
      measure('lateness'),
    ])
    const period = (start: Date) => {
      const counts = countsView(sumOf(hours.filter((_, hour) => bounds[hour]! >= start)))
      return { from: start, to, ...counts, success_rate: successRate(counts) }
    }
    return {
      timezone,
      today: period(today),
      last_hour: period(lastHour),
      last_24_hours: period(last24Hours),
      duration,
      lateness,
    }
  }

  async throughput(query: SeriesQuery) {
    const { bounds, ...head } = await this.#series(query)
    const counts = await this.#counts(scopeOf(query), bounds)
    return { ...head, items: counts.map((place, index) => ({ at: bounds[index]!, ...countsView(place) })) }
  }

  async measured(measure: Measure, query: SeriesQuery) {
    const { bounds, ...head } = await this.#series(query)
    const items: Array<typeof NOTHING_MEASURED & { at: Date }> = bounds
      .slice(0, -1)
      .map((at) => ({ at, ...NOTHING_MEASURED }))
    for (const found of await measureSeries(this.#database, measure, scopeOf(query), bounds)) {
      items[found.place] = { at: bounds[found.place]!, ...measuredView(found) }
    }
    return { ...head, items }
  }

  async daily({ timezone = this.#timezone, ...query }: DailyQuery) {
    const window = await this.#window(query, 'day')
    const bounds = dayBounds(window, timezone)
    // Canada writes dates as ISO does.
    const dateOf = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    })
    const counts = await this.#counts(scopeOf(query), bounds)
    const items = counts.map((place, index) => {
      const day = countsView(place)
      return { date: dateOf.format(bounds[index]!), ...day, success_rate: successRate(day) }
    })
    return { from: bounds[0]!, to: window.to, timezone, items }
  }

  /** Handlers under which something settled. */
  async handlers(query: HandlerStatsQuery) {
    const window = await this.#window(query, 'table')
    const page = pageOf(query)
    const found = await handlerSummaries(this.#database, window.from, window.to)
    const rows = found
      .filter(({ handlerName }) => query.handler_name === undefined || handlerName === query.handler_name)
      .map((row) => ({ handler_name: row.handlerName, ...summaryView(row) }))
      .sort(HANDLER_ORDERS[query.order_by])
    return { ...window, ...pageBody(rows.slice(page.offset, page.offset + page.limit), rows.length, page) }
  }

  /** @throws JobuError VALIDATION_FAILED */
  async failures(query: FailuresQuery) {
    return listFailures(this.#database, query)
  }

  /** @throws JobuError VALIDATION_FAILED for a page further down than rankings go */
  async crons(query: CronStatsQuery) {
    const window = await this.#window(query, 'table')
    const page = pageOf(query)
    if (page.offset + page.limit > MAX_RANK) {
      const message = `lies beyond the first ${MAX_RANK} of an order`
      throw validationError([{ field: query.offset === undefined ? 'page' : 'offset', message }])
    }
    const ids = query.cron_id ?? (await this.#rank(query.order_by, window, page))
    const found = await cronSummaries(
      this.#database,
      query.cron_id ? ids : ids.slice(page.offset, page.offset + page.limit),
      window.from,
      window.to,
    )
    const rows = found.map((row) => ({
      cron_id: row.jobId,
      cron_name: row.cronName,
      handler_name: row.handlerName,
      ...summaryView(row),
    }))
    if (query.cron_id) {
      rows.sort(CRON_ORDERS[query.order_by])
      return { ...window, ...pageBody(rows.slice(page.offset, page.offset + page.limit), rows.length, page) }
    }
    const places = new Map(ids.map((id, place) => [id, place]))
    rows.sort((a, b) => places.get(a.cron_id)! - places.get(b.cron_id)!)
    return { ...window, ...pageBody(rows, ids.length, page) }
  }

  /** One more than the page, which says whether there is another. */
  #rank(order: CronRank, { from, to }: StatsWindow, { offset, limit }: Page): Promise<number[]> {
    return rankCrons(this.#database, order, from, to, offset + limit + 1)
  }

  async #window(query: { from?: Date; to?: Date }, kind: keyof typeof MAX_DAYS): Promise<StatsWindow> {
    const now = await databaseNow(this.#database)
    return statsWindow(query, now, DEFAULT_DAYS[kind], MAX_DAYS[kind])
  }

  async #series({ interval, timezone = this.#timezone, ...query }: SeriesQuery) {
    const window = await this.#window(query, interval)
    const bounds = interval === 'hour' ? hourBounds(window) : dayBounds(window, timezone)
    return { from: bounds[0]!, to: window.to, interval, timezone, bounds }
  }

  /** Counts by status, one for each place. */
  async #counts(scope: StatScope, bounds: Date[]): Promise<StatusCounts[]> {
    const counts: StatusCounts[] = bounds.slice(1).map(() => ({ ...NO_COUNTS }))
    for (const { place, status, count } of await countSeries(this.#database, scope, bounds)) {
      counts[place]![status] = count
    }
    return counts
  }
}

type Summary = ReturnType<typeof summaryView>
type ByName = { handler_name: string }
type CronRow = Summary & { cron_id: number; cron_name: string }

const HANDLER_ORDERS: Record<
  HandlerStatsQuery['order_by'],
  (a: Summary & ByName, b: Summary & ByName) => number
> = {
  '-runs': (a, b) => b.runs - a.runs,
  '-failures': (a, b) => b.failures - a.failures,
  '-success_rate': (a, b) => (b.success_rate ?? -1) - (a.success_rate ?? -1),
  success_rate: (a, b) => (a.success_rate ?? 2) - (b.success_rate ?? 2),
  '-duration_p95': (a, b) => (b.duration.p95_ms ?? -1) - (a.duration.p95_ms ?? -1),
  '-lateness_p95': (a, b) => (b.lateness.p95_ms ?? -1) - (a.lateness.p95_ms ?? -1),
  name: (a, b) => (a.handler_name < b.handler_name ? -1 : 1),
}

const CRON_ORDERS: Record<CronRank, (a: CronRow, b: CronRow) => number> = {
  '-failures': (a, b) => b.failures - a.failures || a.cron_id - b.cron_id,
  '-last_failure': (a, b) =>
    (b.last_failure_hour?.getTime() ?? 0) - (a.last_failure_hour?.getTime() ?? 0) || b.cron_id - a.cron_id,
  '-duration_max': (a, b) => (b.duration.max_ms ?? -1) - (a.duration.max_ms ?? -1) || a.cron_id - b.cron_id,
  '-lateness_max': (a, b) => (b.lateness.max_ms ?? -1) - (a.lateness.max_ms ?? -1) || a.cron_id - b.cron_id,
  name: (a, b) => (a.cron_name < b.cron_name ? -1 : 1),
  '-name': (a, b) => (a.cron_name < b.cron_name ? 1 : -1),
}

function scopeOf(query: { cron_id?: number; handler_name?: string; status?: ExecutionStatus[] }): StatScope {
  return {
    jobId: query.cron_id,
    handlerName: query.handler_name,
    statuses: query.status ?? FINAL_STATUSES,
  }
}

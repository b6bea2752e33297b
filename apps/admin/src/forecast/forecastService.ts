import { SpecGuard } from '@jobu/cron'
import {
  cronNames,
  type Database,
  databaseNow,
  forecastCrons,
  liveWorkers,
  readSchedulerState,
  upcomingCrons,
} from '@jobu/db'
import type { SchedulingConfig } from '../config.ts'
import type { ForecastAnswer, ForecastQuery, UpcomingAnswer, UpcomingQuery } from '../schemas/forecast.ts'
import { ExpectedDurations } from './expectedDurations.ts'
import { forecast } from './forecast.ts'
import { forecastView } from './forecastView.ts'
import { forecastWindow } from './forecastWindow.ts'
import { Pace } from './pace.ts'
import { Turns } from './turns.ts'
import { upcomingRuns } from './upcomingRuns.ts'

/** The same question is answered alike for so long, in milliseconds, whoever asks. */
const FRESH_MS = 5_000
/** So many different questions are remembered. */
const MAX_REMEMBERED = 100
/** Overdue crons among which the next runs are sought. */
const MAX_OVERDUE = 10_000

export interface ForecastLimits {
  /** How long one answer is computed, in milliseconds. */
  budgetMs: number
  /** How many crons it looks at. */
  maxCrons: number
}

/** What will run, from the plans of all crons. */
export class ForecastService {
  readonly #database: Database
  readonly #guard: SpecGuard
  readonly #limits: ForecastLimits
  readonly #durations: ExpectedDurations
  readonly #turns = new Turns()
  readonly #answers = new Map<string, { since: number; answer: Promise<ForecastAnswer> }>()

  constructor(database: Database, scheduling: SchedulingConfig, limits: Partial<ForecastLimits> = {}) {
    this.#database = database
    this.#guard = new SpecGuard(scheduling.minCronIntervalSeconds)
    this.#limits = { budgetMs: 2_000, maxCrons: 200_000, ...limits }
    this.#durations = new ExpectedDurations(database)
  }

  /** @throws JobuError VALIDATION_FAILED, TOO_MANY_REQUESTS */
  forecast(query: ForecastQuery): Promise<ForecastAnswer> {
    const key = JSON.stringify(query)
    const known = this.#answers.get(key)
    if (known && performance.now() - known.since < FRESH_MS) return known.answer
    const answer = this.#forecast(query)
    this.#answers.delete(key)
    this.#answers.set(key, { since: performance.now(), answer })
    // Whoever asks again is not to be told of a failure that has passed.
    answer.catch(() => this.#answers.delete(key))
    if (this.#answers.size > MAX_REMEMBERED) this.#answers.delete(this.#answers.keys().next().value!)
    return answer
  }

  async #forecast(query: ForecastQuery): Promise<ForecastAnswer> {
    const now = await databaseNow(this.#database)
    const window = forecastWindow(query, now)
    return this.#turns.take(async () => {
      const { maxCrons, budgetMs } = this.#limits
      const filter = { cronId: query.cron_id, handlerName: query.handler_name, tag: query.tag }
      const [state, workers, read] = await Promise.all([
        readSchedulerState(this.#database),
        liveWorkers(this.#database),
        forecastCrons(this.#database, filter, window.to, maxCrons + 1),
      ])
      const crons = read.slice(0, maxCrons)
      const { durationOf, unread } = await this.#durations.read(crons, new Pace(budgetMs))
      const pace = new Pace(budgetMs)
      const found = await forecast(crons, window, { now, durationOf, guard: this.#guard, pace })
      const named = [...found.crons, ...found.collisions.flatMap(({ longest }) => longest)]
      const names = await cronNames(this.#database, [...new Set(named.map(({ id }) => id))])
      return forecastView(window, found, {
        isRunning: state.isRunning,
        workers,
        names: new Map(names.map((one) => [one.id, one])),
        unread,
        isCut: read.length > maxCrons,
        maxCrons,
        interval: query.interval,
      })
    })
  }

  /** @throws JobuError VALIDATION_FAILED */
  async upcoming(query: UpcomingQuery): Promise<UpcomingAnswer> {
    const now = await databaseNow(this.#database)
    const { to } = forecastWindow({ ...query, from: now, interval: 'hour' }, now)
    const filter = { cronId: query.cron_id, handlerName: query.handler_name, tag: query.tag }
    const { limit } = query
    const [state, found] = await Promise.all([
      readSchedulerState(this.#database),
      upcomingCrons(this.#database, filter, { now, to, limit, mostOverdue: MAX_OVERDUE + 1 }),
    ])
    const planned = found.filter((cron) => cron.nextRunAt > now)
    const isCut = found.length - planned.length > MAX_OVERDUE
    // Crons that were not read fire no earlier. Those read are enough, but where some of them turn out not to fire at all.
    const certainUntil = planned.length < limit ? to : planned.at(-1)!.nextRunAt
    const pace = new Pace(this.#limits.budgetMs)
    const { runs: all, late } = await upcomingRuns(found, { now, to, limit, guard: this.#guard, pace })
    const runs = all.filter(({ at }) => at <= certainUntil)
    const isCertain = planned.length < limit || runs.length === limit
    const crons = [...new Set(runs.map(({ cron }) => cron))]
    const { durationOf } = await this.#durations.read(crons, new Pace(this.#limits.budgetMs))
    return {
      from: now,
      to,
      scheduler_running: state.isRunning,
      is_complete: isCertain && !isCut && late === 0,
      items: runs.map(({ at, cron }) => ({
        at,
        cron_id: cron.id,
        cron_name: cron.name,
        handler_name: cron.handlerName,
        timezone: cron.timezone,
        expected_duration_ms: durationOf(cron),
        tags: cron.tags,
      })),
    }
  }
}

import type { Tx } from '../database.ts'
import type { DayMatch } from '../states.ts'

/** Which crons are looked at; left out: all of them. */
export interface PlannedCronFilter {
  cronId?: number | undefined
  handlerName?: string | undefined
  tag?: string | undefined
}

/** What tells when a cron fires. */
export interface ForecastCron {
  id: number
  handlerName: string
  cronExpression: string
  timezone: string
  dayMatch: DayMatch
  /** The first slot that is not dispatched. */
  nextRunAt: Date
  endAt: Date | null
  /** Runs it may still start; null without `max_runs`. */
  runsLeft: number | null
}

export const FORECAST_COLUMNS = `id, handler_name AS "handlerName", cron_expression AS "cronExpression", timezone, day_match AS "dayMatch",
  next_run_at AS "nextRunAt", end_at AS "endAt", max_runs - run_count AS "runsLeft"`
/** $1 to $3: a cron, a handler, a tag, each or null. */
export const PLANNED = `is_enabled AND next_run_at IS NOT NULL
  AND ($1::bigint IS NULL OR id = $1) AND ($2::text IS NULL OR handler_name = $2) AND ($3::text IS NULL OR $3 = ANY (tags))`

export function plannedValues({ cronId, handlerName, tag }: PlannedCronFilter): unknown[] {
  return [cronId ?? null, handlerName ?? null, tag ?? null]
}

const text = `
SELECT ${FORECAST_COLUMNS} FROM cron_jobs WHERE ${PLANNED} AND next_run_at < $4 ORDER BY next_run_at, id LIMIT $5`

/**
 * Crons that fire before `to`, those due first at the front; what is overdue is among them.
 *
 * Index: `cron_jobs_due_idx`. Called by: the admin API.
 */
export async function forecastCrons(
  tx: Tx,
  filter: PlannedCronFilter,
  to: Date,
  limit: number,
): Promise<ForecastCron[]> {
  const values = [...plannedValues(filter), to, limit]
  const { rows } = await tx.query<ForecastCron>({ name: 'forecastCrons', text, values })
  return rows
}

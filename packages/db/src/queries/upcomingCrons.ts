import type { Tx } from '../database.ts'
import {
  FORECAST_COLUMNS,
  type ForecastCron,
  PLANNED,
  type PlannedCronFilter,
  plannedValues,
} from './forecastCrons.ts'

export interface UpcomingCron extends ForecastCron {
  name: string
  tags: string[]
}

const COLUMNS = `${FORECAST_COLUMNS}, name, tags`
// Of what is overdue the newest: the usual case is the slots of this second, on which the next dispatch works.
const text = `
(SELECT ${COLUMNS} FROM cron_jobs WHERE ${PLANNED} AND next_run_at <= $4 ORDER BY next_run_at DESC, id LIMIT $6)
UNION ALL
(SELECT ${COLUMNS} FROM cron_jobs WHERE ${PLANNED} AND next_run_at > $4 AND next_run_at < $5 ORDER BY next_run_at, id LIMIT $7)`

/**
 * The crons among which the first `limit` runs after `now` and before `to` are: those that fire first, and up to
 * `mostOverdue` of which a slot is due already, whose next run may be any time.
 *
 * Index: `cron_jobs_due_idx`, from `now` backwards and onwards. Called by: the admin API.
 */
export async function upcomingCrons(
  tx: Tx,
  filter: PlannedCronFilter,
  { now, to, limit, mostOverdue }: { now: Date; to: Date; limit: number; mostOverdue: number },
): Promise<UpcomingCron[]> {
  const values = [...plannedValues(filter), now, to, mostOverdue, limit]
  const { rows } = await tx.query<UpcomingCron>({ name: 'upcomingCrons', text, values })
  return rows
}

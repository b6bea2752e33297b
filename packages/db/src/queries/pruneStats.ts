import type { Tx } from '../database.ts'

const IS_OLD = `hour < now() - $1 * interval '1 day'`
const LIMIT = 'LIMIT $2 FOR UPDATE'
const oldestSamples = (table: string) =>
  `SELECT ctid FROM ${table} WHERE at < now() - $1 * interval '1 day' ORDER BY at ${LIMIT} SKIP LOCKED`

/** The roll-ups and samples, and how their oldest rows are found. */
const OLDEST = {
  execution_stats: `SELECT ctid FROM execution_stats WHERE ${IS_OLD} ORDER BY hour ${LIMIT} SKIP LOCKED`,
  execution_failures_hourly: `SELECT ctid FROM execution_failures_hourly WHERE ${IS_OLD} ORDER BY hour ${LIMIT} SKIP LOCKED`,
  // Its index begins with the handler, for the sake of the charts.
  execution_stats_hourly: `
    SELECT s.ctid FROM (SELECT handler_name FROM execution_stats_all_time UNION SELECT '') AS handler
    JOIN execution_stats_hourly AS s USING (handler_name) WHERE ${IS_OLD} ${LIMIT} OF s SKIP LOCKED`,
  minute_samples: oldestSamples('minute_samples'),
  queue_samples: oldestSamples('queue_samples'),
}
export type RollUp = keyof typeof OLDEST

/**
 * Deletes what of a roll-up, or of the samples, is older than `days`, at most `limit` rows. How many settled ever is kept apart, for ever.
 *
 * Locks: the rows deleted. Called by: the dispatcher.
 *
 * @returns how many rows it deleted; fewer than `limit`: none are left
 */
export async function pruneStats(tx: Tx, rollUp: RollUp, days: number, limit: number): Promise<number> {
  const text = `DELETE FROM ${rollUp} WHERE ctid = ANY (ARRAY(${OLDEST[rollUp]}))`
  return (await tx.query(text, [days, limit])).rowCount ?? 0
}

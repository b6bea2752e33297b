/** How many deltas an answer looks at. Usually there is a second's worth; more, only while no dispatcher lives. */
const MAX_UNFOLDED = 1_000

/**
 * What has settled and is not in a roll-up yet, as a table expression: read in one statement with the roll-up, each
 * execution is counted once. The oldest, since those are folded first: figures then never go down.
 */
export const UNFOLDED = `(
  SELECT id, date_trunc('hour', settled_at, 'UTC') AS hour, job_id, handler_name, status, count, durations_ms, lateness_ms
  FROM execution_stat_deltas WHERE count > 0 ORDER BY id LIMIT ${MAX_UNFOLDED})`

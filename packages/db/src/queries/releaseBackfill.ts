import type { Tx } from '../database.ts'
import { CHANNELS } from './channels.ts'
import { tellExecutionsOf } from './tellChanges.ts'
import { plainArray } from './types.ts'

// run_at is rounded to milliseconds, so one written in this transaction may lie half of one ahead.
// A backfilled slot counts as active from its release to its end; a retry that backs off keeps its turn.
const text = `
WITH cron AS MATERIALIZED (
  SELECT unnest($1::bigint[]) AS id
  UNION
  SELECT DISTINCT job_id FROM job_executions
  WHERE $1 IS NULL AND status IN ('PENDING', 'RUNNING') AND backfill_limit IS NOT NULL AND waiting_for = 'backfill'
), free AS MATERIALIZED (
  SELECT next.id, next.scheduled_time
  FROM cron JOIN cron_jobs AS c ON c.id = cron.id
  CROSS JOIN LATERAL (
    SELECT (
      SELECT count(*) FROM job_executions AS e
      WHERE e.job_id = c.id AND e.status IN ('PENDING', 'RUNNING') AND e.backfill_limit IS NOT NULL AND e.waiting_for IS NULL
    ) + (
      SELECT count(*) FROM job_executions AS e
      WHERE e.job_id = c.id AND e.status IN ('PENDING', 'RUNNING') AND e.backfill_limit IS NOT NULL AND e.waiting_for = 'time'
    ) AS going
  ) AS active
  CROSS JOIN LATERAL (
    SELECT e.id, e.scheduled_time, e.backfill_limit, row_number() OVER (ORDER BY e.scheduled_time) AS turn
    FROM job_executions AS e
    WHERE e.job_id = c.id AND e.status IN ('PENDING', 'RUNNING') AND e.backfill_limit IS NOT NULL AND e.waiting_for = 'backfill'
    ORDER BY e.scheduled_time LIMIT $2
  ) AS next
  WHERE active.going + next.turn <= next.backfill_limit
    AND (c.overlap_policy = 'allow' OR NOT EXISTS (
      SELECT FROM job_executions AS other
      WHERE other.job_id = c.id AND other.status IN ('PENDING', 'RUNNING') AND other.job_id IS NOT NULL
        AND other.backfill_limit IS NULL AND other.scheduled_time <= now() + interval '1 second'
    ))
), released AS (
  UPDATE job_executions AS e
  SET waiting_for = CASE WHEN e.run_at > now() + interval '1 millisecond' THEN 'time' END::execution_wait,
      ready_at = CASE WHEN e.run_at <= now() + interval '1 millisecond' THEN now() END,
      -- Its turn is when it is due: counted from the slot it would be months late.
      run_at = greatest(e.run_at, now())
  FROM free WHERE e.id = free.id AND e.scheduled_time = free.scheduled_time AND e.status = 'PENDING' AND e.waiting_for = 'backfill'
  RETURNING e.id, e.status, e.job_id, e.handler_name, e.queue, e.attempt, e.ready_at
), woken AS MATERIALIZED (
  SELECT pg_notify($3, queue) FROM (SELECT DISTINCT queue FROM released WHERE ready_at IS NOT NULL) AS q
  UNION ALL
  SELECT pg_notify($4, '') WHERE EXISTS (SELECT FROM released WHERE ready_at IS NULL)
  UNION ALL${tellExecutionsOf('released')}
)
SELECT count(*)::integer AS count, (SELECT count(*) FROM woken) AS woken FROM released`

/** The most backfilled slots of one cron that may be active at once. */
export const MAX_BACKFILL_LIMIT = 100

/**
 * Lets backfilled slots go, oldest first, as far as `backfill_limit` of their cron has room. Where the cron refuses
 * overlap they also wait until none of its regular executions is unfinished.
 *
 * Locks: the rows released. Index: `job_executions_backfill_idx`, usually empty. Called by: the worker after it settled
 * backfilled slots, the dispatcher from time to time, admin with a new backfill.
 *
 * @param jobIds  only these crons; null for all
 */
export async function releaseBackfill(tx: Tx, jobIds: number[] | null): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: 'releaseBackfill',
    text,
    values: [jobIds && plainArray(jobIds), MAX_BACKFILL_LIMIT, CHANNELS.work, CHANNELS.dispatch],
  })
  return rows[0]!.count
}

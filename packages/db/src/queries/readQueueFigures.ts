import type { Tx } from '../database.ts'
import { countReady, READY_LEVELS } from './readyLevels.ts'

/** How full the queues are. Counts end at `COUNTED_AT_MOST`. */
export interface QueueFigures {
  /** Queues that hold claimable executions. */
  queues: Array<{ queue: string; ready: number; oldestReadySeconds: number }>
  waiting: { time: number; overlap: number }
  running: number
  expiredLeases: number
  /** Statistics written and not yet in the roll-up. */
  unfoldedDeltas: number
  workersAlive: number
  dispatchersAlive: number
  /** How long the oldest due cron has been due; 0 where none is. */
  oldestDueCronSeconds: number
  isSchedulerRunning: boolean
  isReserved: boolean
}

/** Counting costs its length, so each count ends here. */
export const COUNTED_AT_MOST = 10_000
/** So many queues, by name. */
export const MAX_QUEUES = 200
/** A service silent for so long is not alive, as `markLostServices` has it. */
const SILENT_SECONDS = 60

const text = `
WITH RECURSIVE ${READY_LEVELS}, queues AS (
  SELECT queue, min(ready_at) AS oldest FROM level GROUP BY queue ORDER BY queue LIMIT ${MAX_QUEUES}
), counted AS (
  SELECT queue, greatest(date_part('epoch', clock_timestamp() - oldest), 0) AS "oldestReadySeconds",
    ${countReady('queues.queue', COUNTED_AT_MOST)} AS ready
  FROM queues
)
SELECT
  (SELECT coalesce(jsonb_agg(counted), '[]') FROM counted) AS queues,
  jsonb_build_object(
    'time', (SELECT count(*) FROM (
      SELECT FROM job_executions WHERE status = 'PENDING' AND waiting_for = 'time' LIMIT ${COUNTED_AT_MOST}) AS found),
    'overlap', (SELECT count(*) FROM (
      SELECT FROM job_executions WHERE status = 'PENDING' AND waiting_for = 'overlap' LIMIT ${COUNTED_AT_MOST}) AS found)
  ) AS waiting,
  (SELECT count(*) FROM (
    SELECT FROM job_executions WHERE status = 'RUNNING' LIMIT ${COUNTED_AT_MOST}) AS found) AS running,
  (SELECT count(*) FROM (
    SELECT FROM job_executions WHERE status = 'RUNNING' AND lease_expires_at < now() LIMIT ${COUNTED_AT_MOST}) AS found)
    AS "expiredLeases",
  (SELECT count(*) FROM (SELECT FROM execution_stat_deltas LIMIT ${COUNTED_AT_MOST}) AS found) AS "unfoldedDeltas",
  (SELECT count(*) FROM workers
   WHERE status IN ('ACTIVE', 'DRAINING') AND heartbeat_at > now() - interval '${SILENT_SECONDS} seconds') AS "workersAlive",
  (SELECT count(*) FROM dispatchers
   WHERE status = 'ACTIVE' AND heartbeat_at > now() - interval '${SILENT_SECONDS} seconds') AS "dispatchersAlive",
  coalesce((SELECT greatest(date_part('epoch', clock_timestamp() - min(next_run_at)), 0)
   FROM cron_jobs WHERE is_enabled AND next_run_at IS NOT NULL), 0) AS "oldestDueCronSeconds",
  s.is_running AS "isSchedulerRunning",
  coalesce(s.reserved_until > now(), false) AS "isReserved"
FROM scheduler_state AS s`

/**
 * Figures for metrics, each by a few descents of a partial index or by a bounded count in one.
 *
 * Index: `job_executions_ready_idx`, `job_executions_waiting_idx`, `job_executions_overlap_idx`,
 * `job_executions_lease_idx`, `cron_jobs_due_idx`. Called by: the metrics of dispatcher and admin.
 */
export async function readQueueFigures(tx: Tx): Promise<QueueFigures> {
  const { rows } = await tx.query<QueueFigures>({ name: 'readQueueFigures', text })
  return rows[0]!
}

import type { Tx } from '../database.ts'
import { SILENT_SECONDS } from './liveServices.ts'
import { COUNTED_AT_MOST } from './readQueueFigures.ts'
import { countReady, READY_LEVELS } from './readyLevels.ts'

export interface QueueRow {
  name: string
  /** Counts of which there are more than `COUNTED_AT_MOST` say one more than it. */
  ready: number
  waiting: number
  running: number
  /** Null: nothing is ready. */
  oldestReadyMs: number | null
  /** Live ones that claim from it. */
  workers: number
}

export interface QueueList {
  rows: QueueRow[]
  total: number
  /** Of all queues: beyond `COUNTED_AT_MOST` of them they are no longer told apart by queue. */
  isWaitingExact: boolean
  isRunningExact: boolean
}

const MOST = COUNTED_AT_MOST + 1
/** Queues that crons or executions name; as many as one could still read. */
const MAX_NAMES = 1_000
const waiting = (condition: string) =>
  `(SELECT queue FROM job_executions WHERE status = 'PENDING' AND ${condition} LIMIT ${MOST})`
const CRON_QUEUES = `FROM cron_jobs WHERE queue <> 'default' AND deleted_at IS NULL`

// Waiting and running ones have no index by queue: of each kind the first of its index are read, up to the bound. Names of
// crons are found by jumps through their index.
const text = `
WITH RECURSIVE ${READY_LEVELS}, named AS (
  (SELECT queue, 1 AS step ${CRON_QUEUES} ORDER BY queue LIMIT 1)
  UNION ALL
  SELECT next.queue, named.step + 1 FROM named, LATERAL (
    SELECT queue ${CRON_QUEUES} AND queue > named.queue ORDER BY queue LIMIT 1
  ) AS next WHERE named.step < ${MAX_NAMES}
), waiters AS MATERIALIZED (
  ${waiting(`waiting_for = 'time'`)}
  UNION ALL ${waiting(`waiting_for = 'overlap'`)}
  UNION ALL ${waiting(`status IN ('PENDING', 'RUNNING') AND backfill_limit IS NOT NULL AND waiting_for = 'backfill'`)}
), runners AS MATERIALIZED (
  SELECT queue FROM job_executions WHERE status = 'RUNNING' AND lease_expires_at IS NOT NULL LIMIT ${MOST}
), serving AS MATERIALIZED (
  SELECT queues FROM workers WHERE status = 'ACTIVE' AND heartbeat_at > now() - interval '${SILENT_SECONDS} seconds'
), known AS MATERIALIZED (
  SELECT 'default' AS queue
  UNION SELECT queue FROM level
  UNION SELECT queue FROM named
  UNION SELECT queue FROM waiters
  UNION SELECT queue FROM runners
  UNION SELECT queue FROM serving, unnest(queues) AS queue WHERE queue <> '*'
), page AS MATERIALIZED (
  SELECT queue FROM known ORDER BY queue LIMIT $1 OFFSET $2
), listed AS (
  SELECT queue AS name, ${countReady('page.queue', MOST)} AS ready,
    (SELECT count(*)::integer FROM waiters WHERE waiters.queue = page.queue) AS waiting,
    (SELECT count(*)::integer FROM runners WHERE runners.queue = page.queue) AS running,
    (SELECT max(greatest(floor(1000 * date_part('epoch', clock_timestamp() - ready_at)), 0))::bigint
     FROM level WHERE level.queue = page.queue) AS "oldestReadyMs",
    (SELECT count(*)::integer FROM serving WHERE queues && ARRAY['*', page.queue]) AS workers
  FROM page
)
SELECT coalesce((SELECT jsonb_agg(listed ORDER BY name) FROM listed), '[]') AS rows,
  (SELECT count(*)::integer FROM known) AS total,
  (SELECT count(*) FROM waiters) < ${MOST} AS "isWaitingExact",
  (SELECT count(*) FROM runners) < ${MOST} AS "isRunningExact"`

/**
 * The queues that hold something unfinished, that a live worker names or a cron, and the default one; by name.
 *
 * Index: `job_executions_ready_idx`, `job_executions_waiting_idx`, `job_executions_overlap_idx`,
 * `job_executions_backfill_idx`, `job_executions_lease_idx`, `cron_jobs_queue_idx`. Called by: the admin API.
 */
export async function listQueues(
  tx: Tx,
  { limit, offset }: { limit: number; offset: number },
): Promise<QueueList> {
  const { rows } = await tx.query<QueueList>({ name: 'listQueues', text, values: [limit, offset] })
  return rows[0]!
}

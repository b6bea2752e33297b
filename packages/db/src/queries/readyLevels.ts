/** Steps that one walk takes. */
const MAX_LEVELS = 1_000

/**
 * A recursive table expression, "level": the oldest ready row of each queue and priority. It jumps through the ready index
 * from one to the next: each step reads one row, so a million ready rows in one queue cost one step. scheduled_time leaves
 * the future's partitions out. Index: `job_executions_ready_idx`.
 */
export const READY_LEVELS = `level AS (
  (SELECT queue, priority, ready_at, 1 AS step FROM job_executions
   WHERE status = 'PENDING' AND ready_at IS NOT NULL AND scheduled_time <= now() + interval '1 second'
   ORDER BY queue, priority DESC, ready_at LIMIT 1)
  UNION ALL
  SELECT next.queue, next.priority, next.ready_at, level.step + 1
  FROM level, LATERAL (
    (SELECT queue, priority, ready_at FROM job_executions
     WHERE status = 'PENDING' AND ready_at IS NOT NULL AND scheduled_time <= now() + interval '1 second'
       AND queue = level.queue AND priority < level.priority
     ORDER BY priority DESC, ready_at LIMIT 1)
    UNION ALL
    (SELECT queue, priority, ready_at FROM job_executions
     WHERE status = 'PENDING' AND ready_at IS NOT NULL AND scheduled_time <= now() + interval '1 second'
       AND queue > level.queue
     ORDER BY queue, priority DESC, ready_at LIMIT 1)
    LIMIT 1
  ) AS next
  WHERE level.step < ${MAX_LEVELS}
)`

/** How many ready rows the queue named by `queue`, an expression, has: at most `most`, which is what counting costs. */
export const countReady = (queue: string, most: number) => `(
  SELECT count(*)::integer FROM (
    SELECT FROM job_executions AS e
    WHERE status = 'PENDING' AND ready_at IS NOT NULL AND scheduled_time <= now() + interval '1 second'
      AND e.queue = ${queue} LIMIT ${most}) AS found)`

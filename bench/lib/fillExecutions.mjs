/** Rows a statement writes. */
const BATCH = 250_000
const DAYS = 90

/** Values that hardly any execution has, beside those that most have. */
export const RARE = {
  handler: 'rare-handler',
  queue: 'archive',
  source: 'schedule',
  priority: -100,
  cron: 500,
}
export const COMMON = { handler: 'handler-2', queue: 'default', source: 'cron', priority: 0, cron: 1 }

/**
 * Fills a fresh database with executions of the last ninety days as a busy installation has them: 500 crons, a dozen
 * handlers, some two hundred combinations of handler, queue, source and priority, one in fifteen without success, some
 * waiting and running, and the roll-ups that go with them.
 *
 * @param {import('pg').Client} sql
 * @param {number} count
 * @param {(text: string) => void} say
 */
export async function fillExecutions(sql, count, say) {
  await sql.query('SET jit = off')
  await sql.query('SET synchronous_commit = off')
  await sql.query(`SELECT jobu_ensure_partitions(now() - interval '${DAYS + 1} days', now())`)
  await sql.query(CRONS)
  const { rows } = await sql.query('SELECT now() AS now')
  for (let from = 0; from < count; from += BATCH) {
    await sql.query(FINISHED, [from, Math.min(BATCH, count - from), count, rows[0].now])
    if (from % 1_000_000 === 0) say(`${from.toLocaleString('en-US')} executions`)
  }
  await sql.query(WAITING)
  await sql.query(RUNNING)
  say('roll-ups')
  for (const statement of ROLL_UPS) await sql.query(statement)
  say('vacuum')
  await sql.query('VACUUM (ANALYZE)')
}

const CRONS = `
INSERT INTO cron_jobs (name, cron_expression, timezone, handler_name, next_run_at)
SELECT 'cron ' || n, '* * * * *', 'UTC', 'handler-' || n % 12, now() + interval '1 day' FROM generate_series(1, 500) AS n`

const FINISHED = `
INSERT INTO job_executions (job_id, scheduled_time, run_at, started_at, finished_at, created_at, status, param_source, priority,
  attempt, worker_id, queue, handler_name, params, reason, error_message, result)
SELECT CASE WHEN source = 'cron' THEN cron END, at, at, CASE WHEN status <> 'SKIPPED' THEN at + r2 % 50 * interval '1 ms' END,
  at + (r2 % 50 + 20 + r % 3000) * interval '1 ms', at, status::execution_status, source::param_source, priority, 1, 'worker-' || n % 4,
  queue, handler, jsonb_build_object('n', n), CASE WHEN status <> 'SUCCESS' THEN 'HANDLER_ERROR' END,
  CASE
    WHEN status IN ('FAILED', 'TIMEOUT') AND n % 9973 < 20 THEN 'disk quota exceeded on volume ' || n
    WHEN status IN ('FAILED', 'TIMEOUT') THEN 'connect ECONNREFUSED 10.0.' || n % 256 || '.' || n % 7 || ' while calling the upstream service'
    WHEN status <> 'SUCCESS' THEN 'skipped: the previous run of this cron has not finished'
  END,
  CASE WHEN status = 'SUCCESS' THEN '{"ok": true}'::jsonb END
FROM generate_series($1::bigint, $1::bigint + $2::bigint - 1) AS n,
LATERAL (
  SELECT date_trunc('milliseconds', $4::timestamptz - interval '${DAYS} days' + n * (interval '${DAYS} days' / $3::float8)) AS at,
    hashint8(n) & 65535 AS r, hashint8(n + 77) & 65535 AS r2, hashint8(n + 177) & 65535 AS r3
) AS random,
LATERAL (
  SELECT CASE WHEN n % 200000 = 3 THEN 'schedule' WHEN r < 39000 THEN 'cron' WHEN r < 64000 THEN 'api' ELSE 'event' END AS source,
    CASE WHEN r2 < 3000 THEN 1 WHEN n % 2000003 = 5 THEN 500 ELSE 2 + r2 % 498 END AS cron,
    CASE WHEN n % 150000 = 9 THEN -100 WHEN r3 < 60000 THEN 0 WHEN r3 < 63000 THEN 5 ELSE 10 END AS priority,
    CASE WHEN r3 % 1000 < 930 THEN 'SUCCESS' WHEN r3 % 1000 < 955 THEN 'FAILED' WHEN r3 % 1000 < 958 THEN 'TIMEOUT'
      WHEN r3 % 1000 < 960 THEN 'CANCELLED' ELSE 'SKIPPED' END AS status
) AS kind,
LATERAL (
  SELECT CASE WHEN n % 180001 = 11 THEN 'rare-handler' ELSE 'handler-' || cron % 12 END AS handler,
    CASE WHEN n % 170003 = 13 THEN 'archive' WHEN cron % 12 < 8 OR r2 % 10 = 0 THEN 'default' WHEN cron % 12 < 10 THEN 'reports'
      ELSE 'mail' END AS queue
) AS place
ON CONFLICT DO NOTHING`

const WAITING = `
INSERT INTO job_executions (scheduled_time, run_at, ready_at, waiting_for, param_source, handler_name)
SELECT at, at, CASE WHEN n <= 200 THEN at END, CASE WHEN n > 200 THEN 'time' END::execution_wait, 'api', 'handler-' || n % 12
FROM generate_series(1, 8000) AS n,
LATERAL (SELECT CASE WHEN n <= 200 THEN now() - n * interval '10 ms' ELSE now() + n * interval '5 minutes' END AS at) AS a`

const RUNNING = `
INSERT INTO job_executions (scheduled_time, run_at, started_at, lease_expires_at, worker_id, attempt, status, param_source, handler_name)
SELECT now() - n * interval '100 ms', now(), now(), now() + interval '1 day', 'worker-1', 1, 'RUNNING', 'api', 'handler-' || n % 12
FROM generate_series(1, 64) AS n`

const MEASURES =
  'count, duration_sum_ms, duration_max_ms, lateness_sum_ms, lateness_max_ms, duration_histogram, lateness_histogram'
/** Of a group of executions; its histograms hold all of them in the bucket of their mean. */
const MEASURED = `count(*), sum(duration), max(duration), sum(lateness), max(lateness),
  count(*) * jobu_histogram_unit(avg(duration)::integer), count(*) * jobu_histogram_unit(avg(lateness)::integer)`
const SETTLED = `(
  SELECT date_trunc('hour', finished_at, 'UTC') AS hour, coalesce(job_id, 0) AS job_id, handler_name, status,
    coalesce(date_part('epoch', finished_at - started_at) * 1000, 0)::integer AS duration,
    coalesce(date_part('epoch', started_at - run_at) * 1000, 0)::integer AS lateness
  FROM job_executions WHERE finished_at IS NOT NULL
) AS settled`
const ROLL_UPS = [
  `INSERT INTO execution_totals (month, handler_name, queue, param_source, priority, status, count)
   SELECT date_trunc('month', scheduled_time, 'UTC'), handler_name, queue, param_source, priority, status, count(*)
   FROM job_executions WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6`,
  `INSERT INTO execution_stats (hour, job_id, handler_name, status, ${MEASURES})
   SELECT hour, job_id, handler_name, status, ${MEASURED} FROM ${SETTLED} GROUP BY 1, 2, 3, 4`,
  `INSERT INTO execution_stats_hourly (handler_name, hour, status, ${MEASURES})
   SELECT coalesce(handler_name, ''), hour, status, sum(count), sum(duration_sum_ms), max(duration_max_ms), sum(lateness_sum_ms),
     max(lateness_max_ms), sum(duration_histogram), sum(lateness_histogram)
   FROM execution_stats GROUP BY GROUPING SETS ((handler_name, hour, status), (hour, status))`,
  `INSERT INTO execution_failures_hourly (hour, job_id, count)
   SELECT hour, job_id, sum(count) FROM execution_stats WHERE status IN ('FAILED', 'TIMEOUT') AND job_id <> 0 GROUP BY 1, 2`,
  `INSERT INTO execution_stats_all_time (handler_name, status, count)
   SELECT handler_name, status, sum(count) FROM execution_stats GROUP BY 1, 2`,
]

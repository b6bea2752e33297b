import type { Tx } from '../database.ts'
import { Histogram } from '../histogram.ts'
import type { Measure, MeasuredValues } from './statSeries.ts'
import { plainArray } from './types.ts'
import { UNFOLDED } from './unfoldedDeltas.ts'

/** What settled of one cron, or under one handler, in a time. */
export interface StatSummary {
  success: number
  failed: number
  timeout: number
  cancelled: number
  skipped: number
  /** The hour in which one last ended FAILED or TIMEOUT. */
  lastFailureHour: Date | null
  duration: MeasuredValues
  lateness: MeasuredValues
}

type Row = Omit<StatSummary, Measure> &
  Record<`${Measure}SumMs` | `${Measure}MaxMs`, number> &
  Record<`${Measure}Histogram`, string>

const ROLLED =
  'hour, status, count, duration_sum_ms, duration_max_ms, duration_histogram, lateness_sum_ms, lateness_max_ms, lateness_histogram'
const UNROLLED = `hour, status, count,
  (SELECT sum(ms) FROM unnest(durations_ms) AS ms), (SELECT max(ms) FROM unnest(durations_ms) AS ms),
  (SELECT sum(jobu_histogram_unit(ms)) FROM unnest(durations_ms) AS ms),
  (SELECT sum(ms) FROM unnest(lateness_ms) AS ms), (SELECT max(ms) FROM unnest(lateness_ms) AS ms),
  (SELECT sum(jobu_histogram_unit(ms)) FROM unnest(lateness_ms) AS ms)`
const countOf = (status: string) =>
  `coalesce(sum(count) FILTER (WHERE status = '${status.toUpperCase()}'), 0)::bigint AS ${status}`
const measured = (measure: Measure) =>
  `coalesce(sum(${measure}_sum_ms), 0)::bigint AS "${measure}SumMs", coalesce(max(${measure}_max_ms), 0) AS "${measure}MaxMs",
   coalesce(sum(${measure}_histogram), 0)::text AS "${measure}Histogram"`
const SUMMARY = `${['success', 'failed', 'timeout', 'cancelled', 'skipped'].map(countOf).join(', ')},
  max(hour) FILTER (WHERE status IN ('FAILED', 'TIMEOUT')) AS "lastFailureHour", ${measured('duration')}, ${measured('lateness')}`

const handlersText = `
SELECT handler_name AS "handlerName", ${SUMMARY}
FROM (
  SELECT handler_name, rolled.*
  FROM (SELECT DISTINCT handler_name FROM execution_stats_all_time) AS handler
  CROSS JOIN LATERAL (
    SELECT ${ROLLED} FROM execution_stats_hourly AS s
    WHERE s.handler_name = handler.handler_name AND hour >= $1 AND hour < $2
  ) AS rolled
  UNION ALL
  SELECT handler_name, ${UNROLLED} FROM ${UNFOLDED} AS delta WHERE hour >= $1 AND hour < $2
) AS entry
GROUP BY handler_name ORDER BY handler_name`

const cronsText = `
SELECT c.id AS "jobId", c.name AS "cronName", c.handler_name AS "handlerName", summary.*
FROM cron_jobs AS c CROSS JOIN LATERAL (
  SELECT ${SUMMARY}
  FROM (
    SELECT ${ROLLED} FROM execution_stats WHERE job_id = c.id AND job_id <> 0 AND hour >= $1 AND hour < $2
    UNION ALL
    SELECT ${UNROLLED} FROM unfolded WHERE unfolded.job_id = c.id
  ) AS entry
) AS summary
WHERE c.id = ANY ($3::bigint[])`

/**
 * What settled from `from` to `to`, both whole hours, by handler.
 *
 * Index: primary key of the roll-up by handler, once for each handler ever seen. Called by: the admin API.
 */
export async function handlerSummaries(
  tx: Tx,
  from: Date,
  to: Date,
): Promise<Array<StatSummary & { handlerName: string }>> {
  const { rows } = await tx.query<Row & { handlerName: string }>({
    name: 'handlerSummaries',
    text: handlersText,
    values: [from, to],
  })
  return rows.map((row) => ({ ...summaryOf(row), handlerName: row.handlerName }))
}

/**
 * As `handlerSummaries`, of the crons given, deleted ones too; those nothing of which settled are all zeros.
 *
 * Index: `execution_stats_job_key`.
 *
 * @returns in no order; a cron that does not exist is missing
 */
export async function cronSummaries(
  tx: Tx,
  jobIds: number[],
  from: Date,
  to: Date,
): Promise<Array<StatSummary & { jobId: number; cronName: string; handlerName: string }>> {
  if (jobIds.length === 0) return []
  const { rows } = await tx.query<Row & { jobId: number; cronName: string; handlerName: string }>({
    name: 'cronSummaries',
    text: `WITH unfolded AS MATERIALIZED (SELECT * FROM ${UNFOLDED} AS delta WHERE job_id IS NOT NULL AND hour >= $1 AND hour < $2)${cronsText}`,
    values: [from, to, plainArray(jobIds)],
  })
  return rows.map((row) => ({
    ...summaryOf(row),
    jobId: row.jobId,
    cronName: row.cronName,
    handlerName: row.handlerName,
  }))
}

function summaryOf(row: Row): StatSummary {
  const { success, failed, timeout, cancelled, skipped, lastFailureHour } = row
  const valuesOf = (measure: Measure): MeasuredValues => ({
    sumMs: row[`${measure}SumMs`],
    maxMs: row[`${measure}MaxMs`],
    histogram: new Histogram(row[`${measure}Histogram`]),
  })
  return {
    success,
    failed,
    timeout,
    cancelled,
    skipped,
    lastFailureHour,
    duration: valuesOf('duration'),
    lateness: valuesOf('lateness'),
  }
}

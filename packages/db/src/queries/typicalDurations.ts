import type { Tx } from '../database.ts'
import { Histogram } from '../histogram.ts'
import { plainArray } from './types.ts'

/** Hours of a cron that are looked at, its newest: two hundred crons by the minute would be a matter of half a second. */
const MOST_HOURS = 48

const cronsText = `
SELECT c.id AS key, s.histogram
FROM unnest($1::bigint[]) AS c (id), LATERAL (
  SELECT sum(duration_histogram)::text AS histogram FROM (
    SELECT duration_histogram FROM execution_stats
    WHERE job_id = c.id AND job_id <> 0 AND hour >= now() - $2 * interval '1 day' AND status = 'SUCCESS'
    ORDER BY hour DESC LIMIT ${MOST_HOURS}
  ) AS newest
) AS s
WHERE s.histogram IS NOT NULL`

const handlersText = `
SELECT h.name AS key, s.histogram
FROM unnest($1::text[]) AS h (name), LATERAL (
  SELECT sum(duration_histogram)::text AS histogram FROM execution_stats_hourly
  WHERE handler_name = h.name AND hour >= now() - $2 * interval '1 day' AND status = 'SUCCESS'
) AS s
WHERE s.histogram IS NOT NULL`

/**
 * The median duration of what succeeded of crons in the last `days`, in their newest hours, in milliseconds; those
 * without are missing.
 *
 * Index: `execution_stats_job_key`. Called by: the admin API.
 */
export async function typicalDurationsOfCrons(
  tx: Tx,
  jobIds: readonly number[],
  days: number,
): Promise<Map<number, number>> {
  return mediansOf<number>(tx, 'typicalDurationsOfCrons', cronsText, plainArray(jobIds), days)
}

/** As `typicalDurationsOfCrons`, of handlers. Index: primary key of `execution_stats_hourly`. */
export async function typicalDurationsOfHandlers(
  tx: Tx,
  names: readonly string[],
  days: number,
): Promise<Map<string, number>> {
  return mediansOf<string>(tx, 'typicalDurationsOfHandlers', handlersText, names, days)
}

async function mediansOf<K>(
  tx: Tx,
  name: string,
  text: string,
  keys: unknown,
  days: number,
): Promise<Map<K, number>> {
  const { rows } = await tx.query<{ key: K; histogram: string }>({ name, text, values: [keys, days] })
  const medians = new Map<K, number>()
  for (const { key, histogram } of rows) {
    const median = new Histogram(histogram).percentile(0.5)
    if (median !== null) medians.set(key, median)
  }
  return medians
}

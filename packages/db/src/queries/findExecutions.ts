import type { Tx } from '../database.ts'
import { listFacets } from './executionFacets.ts'
import { columnsMatch, type ExecutionFilter, numbered } from './executionFilter.ts'
import { sourcesOf } from './executionSources.ts'
import { KeyMerge } from './KeyMerge.ts'
import { readSet, type Span } from './readSources.ts'
import { searchExecutions } from './searchExecutions.ts'
import type { ExecutionKey } from './types.ts'

/** Entries that one call looks at where a filter's conditions go beyond what its index holds. */
const BUDGET = 20_000

export interface FindOptions {
  isDescending: boolean
  /** Behind which execution to begin; null at the first. */
  after: ExecutionKey | null
  wanted: number
}

/**
 * The keys of a filter's first executions, ordered by scheduled time and id.
 *
 * Where the budget ends before as many are found, which takes a filter whose conditions hardly ever meet (a cron and a
 * handler it does not run), `horizon` is the execution up to which the answer is whole: go on behind it.
 *
 * Index: see `sourcesOf`. Called by: listExecutions, and what acts on a filter. Call it within one snapshot.
 */
export async function findExecutions(
  tx: Tx,
  filter: ExecutionFilter,
  options: FindOptions,
): Promise<{ keys: ExecutionKey[]; horizon: ExecutionKey | null }> {
  const merge = new KeyMerge(tx, { ...options, span: await spanOf(tx, filter) })
  const isOfCron = filter.jobId !== undefined && filter.q === undefined
  const facets = isOfCron ? [] : await listFacets(tx, filter)
  if (filter.q !== undefined) {
    await searchExecutions(tx, filter, filter.q, facets, merge)
    return merge.result()
  }
  const { lanes, sets } = sourcesOf(filter, facets)
  if (facets.length > MANY_FACETS) merge.add(await readNeighbours(tx, filter, options))
  for (const set of sets) merge.add(await readSet(tx, set, options.after, merge.reading(options.wanted)))
  for (const source of lanes) {
    const horizon = await merge.walk(source, source.budget ?? BUDGET)
    merge.stopAt(horizon && source.otherwise ? await merge.walk(source.otherwise) : horizon)
  }
  return merge.result()
}

/** From so many lanes on it pays to know first about how far to look. */
const MANY_FACETS = 20
const NEIGHBOURS = 200

/**
 * Those of the filter among the next executions by id. Most of a page is usually among them, and its last one then bounds
 * how far each lane is read: to one entry that is too old instead of into the months before.
 */
async function readNeighbours(
  tx: Tx,
  filter: ExecutionFilter,
  { isDescending, after }: FindOptions,
): Promise<ExecutionKey[]> {
  const [sign, direction] = isDescending ? ['<', 'DESC'] : ['>', 'ASC']
  const condition = columnsMatch(filter)
  const { rows } = await tx.query<ExecutionKey>({
    name: `executionNeighbours${direction}`,
    text: `SELECT id, scheduled_time AS "scheduledTime"
      FROM (SELECT * FROM job_executions WHERE id ${sign} $1 ORDER BY id ${direction} LIMIT ${NEIGHBOURS}) AS next
      WHERE scheduled_time >= $2 AND scheduled_time < $3 AND ${numbered(condition, 4)}`,
    values: [
      after?.id ?? (isDescending ? Number.MAX_SAFE_INTEGER : -1),
      filter.from ?? '-infinity',
      filter.to ?? 'infinity',
      ...condition.values,
    ],
  })
  return rows
}

const newestText = `
SELECT greatest(
  now() + interval '1 day',
  (SELECT run_at FROM job_executions WHERE status = 'PENDING' AND waiting_for = 'time' AND run_at > '-infinity' ORDER BY run_at DESC LIMIT 1),
  (SELECT max(last.scheduled_time) FROM unnest('{FAILED,TIMEOUT,CANCELLED,SKIPPED}'::execution_status[]) AS s (status), LATERAL (
    SELECT scheduled_time FROM job_executions
    WHERE status = s.status AND status NOT IN ('PENDING', 'RUNNING', 'SUCCESS') ORDER BY scheduled_time DESC LIMIT 1
  ) AS last)
) AS newest`

/**
 * The stretch of time in which a filter's executions lie. Its end is never beyond the last execution there is, so that
 * the partitions made ahead, which are empty, need not be looked into: nothing that has run or is ready lies ahead, and
 * what waits or was cancelled says how far.
 */
export async function spanOf(tx: Tx, filter: ExecutionFilter): Promise<Span> {
  const { rows } = await tx.query<{ newest: Date }>({ name: 'newestScheduledTime', text: newestText })
  const { newest } = rows[0]!
  const to = filter.to && new Date(filter.to.getTime() - 1)
  return { from: filter.from ?? null, to: to && to < newest ? to : newest }
}

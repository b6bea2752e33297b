import type { Tx } from '../database.ts'
import { EXECUTION_STATUSES } from '../states.ts'
import type { Facet } from './executionFacets.ts'
import { both, type Condition, columnsMatch, type ExecutionFilter, numbered } from './executionFilter.ts'
import {
  cronSource,
  facetSource,
  runningSource,
  type SetSource,
  sourcesOfCrons,
  statusSource,
} from './executionSources.ts'
import type { KeyMerge } from './KeyMerge.ts'
import { type ReadOptions, readSet } from './readSources.ts'
import type { ExecutionKey } from './types.ts'

/** Crons that are looked into one by one; where more have such a name, every execution's cron is looked at instead. */
const MOST_CRONS = 500
/** Executions whose cron's name is looked at in one call. */
const NAME_BUDGET = 10_000
/** Messages that are split into words in one call: before the index of words is asked, and once it holds too many. */
const FIRST_WORDS_BUDGET = 300
const WORDS_BUDGET = 3_000
/** Failures of the index of words that one call looks at. */
const MOST_FAILURES = 2_000

/** What a search looks for. */
interface Terms {
  id: number | null
  handlerNames: string[]
  /** Of a cron's name, for LIKE. */
  pattern: string
  /** Null: too many. */
  cronIds: number[] | null
  /** The words, as PostgreSQL's tsquery; null where there is none. */
  words: string | null
}

/**
 * Adds the executions that a search finds: the one with this id, those whose handler's or cron's name holds the text, and
 * failures whose message has all of its words, the last of them perhaps unfinished.
 *
 * Names are looked up in the small tables first. A message is searched among the newest failures, then in the index of
 * words; a word so common that the index would answer thousands is found among the newest soon enough.
 *
 * Index: `job_executions_facet_idx`, `job_executions_slot_key`, `job_executions_status_idx`, `job_executions_error_idx`.
 */
export async function searchExecutions(
  tx: Tx,
  filter: ExecutionFilter,
  q: string,
  facets: readonly Facet[],
  merge: KeyMerge,
): Promise<void> {
  const terms = await termsOf(tx, q, facets)
  const statuses = filter.statuses ?? EXECUTION_STATUSES
  const own = columnsMatch(filter)
  const { after, wanted } = merge
  const read = async (set: SetSource) => merge.add(await readSet(tx, set, after, merge.reading(wanted)))

  if (terms.id !== null) {
    await read({ where: 'true', condition: both({ text: 'id = {1}', values: [terms.id] }, own) })
  }
  if (statuses.includes('RUNNING')) await read(runningSource(both(namesMatch(terms), own)))
  if (filter.jobId !== undefined) {
    merge.stopAt(await merge.walk(cronSource([filter.jobId], both(namesMatch(terms), own)), NAME_BUDGET))
  } else {
    const named = facets.filter(({ handlerName }) => terms.handlerNames.includes(handlerName))
    merge.stopAt(await merge.walk(facetSource(named, statuses)))
    if (terms.cronIds) {
      const { lanes, sets } = sourcesOfCrons(terms.cronIds, filter)
      for (const set of sets) await read(set)
      for (const source of lanes) merge.stopAt(await merge.walk(source, NAME_BUDGET))
    } else {
      const active = `status IN ('PENDING', 'RUNNING') AND job_id IS NOT NULL`
      await read({ where: active, condition: both(namesMatch(terms), own) })
      const finished = statuses.filter((status) => status !== 'PENDING' && status !== 'RUNNING')
      merge.stopAt(await merge.walk(facetSource(facets, finished, namesMatch(terms)), NAME_BUDGET))
    }
  }
  if (terms.words !== null) await searchMessages(tx, terms.words, filter, merge)
}

async function termsOf(tx: Tx, q: string, facets: readonly Facet[]): Promise<Terms> {
  const pattern = `%${q.replace(/[\\%_]/g, '\\$&')}%`
  const { rows } = await tx.query<{ cronIds: Array<string | number>; words: string | null }>({
    name: 'searchTerms',
    text: `SELECT
        (SELECT coalesce(array_agg(c.id), '{}') FROM (SELECT id FROM cron_jobs WHERE name ILIKE $2 LIMIT $3) AS c) AS "cronIds",
        CASE WHEN numnode(plainto_tsquery('simple', $1)) > 0 THEN plainto_tsquery('simple', $1)::text || ':*' END AS words`,
    values: [q, pattern, MOST_CRONS + 1],
  })
  const { cronIds, words } = rows[0]!
  const part = q.toLowerCase()
  const names = new Set(facets.map(({ handlerName }) => handlerName))
  return {
    id: /^\d{1,15}$/.test(q) ? Number(q) : null,
    handlerNames: [...names].filter((name) => name.toLowerCase().includes(part)),
    pattern,
    cronIds: cronIds.length > MOST_CRONS ? null : cronIds.map(Number),
    words,
  }
}

/** That an execution's handler or cron has the name. */
function namesMatch({ handlerNames, pattern }: Terms): Condition {
  return {
    text: `(handler_name = ANY ({1}::text[]) OR EXISTS (SELECT FROM cron_jobs AS c WHERE c.id = job_id AND c.name ILIKE {2}))`,
    values: [handlerNames, pattern],
  }
}

async function searchMessages(
  tx: Tx,
  words: string,
  filter: ExecutionFilter,
  merge: KeyMerge,
): Promise<void> {
  const failures = (filter.statuses ?? EXECUTION_STATUSES).filter(
    (status) => status === 'FAILED' || status === 'TIMEOUT',
  )
  if (failures.length === 0) return
  const condition = both(
    { text: `to_tsvector('simple', left(error_message, 1000)) @@ {1}::tsquery`, values: [words] },
    columnsMatch(filter),
  )
  const source = statusSource(failures, condition)
  if ((await merge.walk(source, FIRST_WORDS_BUDGET)) === null) return
  // The index of words knows no time: asked for a short stretch, it would be read as a whole.
  const indexed = merge.isFull ? null : await searchIndex(tx, condition, merge.reading(0))
  if (indexed && indexed.length <= MOST_FAILURES) merge.add(indexed)
  else merge.stopAt(await merge.walk(source, WORDS_BUDGET))
}

/** Failures with these words, in no order; one more than `MOST_FAILURES` at most. */
async function searchIndex(tx: Tx, condition: Condition, { from, to }: ReadOptions) {
  // Such an index is read through a bitmap, which the engine's connections do without. "+ interval '0'" hides the times
  // from the planner, which without their values takes any stretch for a short one and would read all failures.
  await tx.query('SET LOCAL enable_bitmapscan = on')
  const { rows } = await tx.query<ExecutionKey>({
    name: 'searchExecutionErrors',
    text: `SELECT id, scheduled_time AS "scheduledTime" FROM job_executions
      WHERE status IN ('FAILED', 'TIMEOUT') AND scheduled_time + interval '0' >= $1 AND scheduled_time + interval '0' <= $2 AND ${numbered(condition, 3)}
      LIMIT ${MOST_FAILURES + 1}`,
    values: [from ?? '-infinity', to ?? 'infinity', ...condition.values],
  })
  await tx.query('SET LOCAL enable_bitmapscan = off')
  return rows
}

import type { ExecutionStatus } from '../states.ts'
import type { Facet } from './executionFacets.ts'
import { type Condition, columnsMatch, type ExecutionFilter } from './executionFilter.ts'
import { plainArray } from './types.ts'

/**
 * Stretches of one index, lanes, each of which lies in the order of its executions' scheduled times. Reading the first
 * few entries of every lane is all that a page costs, however many rows there are.
 */
export interface LaneSource {
  /** The lanes' columns with their types, to which `where` compares: `l.queue`. */
  columns: Array<[name: string, type: string]>
  /** The columns' values, one array a column. */
  lanes: unknown[]
  count: number
  /** Picks a lane's entries; implies the index's predicate. */
  where: string
  /** What the index cannot tell; null: every entry is one. */
  condition: Condition | null
  /** How many entries to look at, and where to look instead if that is not enough. */
  budget?: number
  otherwise?: LaneSource
  /** False where a lane has no two entries of one instant, and the index does not go on by id. */
  isOrderedById: boolean
}

/** Executions so few that they can all be looked at: those that run, and a cron's active ones. */
export interface SetSource {
  where: string
  condition: Condition
}

const FINISHED = ['SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'SKIPPED'] as const
/** What `job_executions_status_idx` and `job_executions_cron_status_idx` hold. */
const UNSUCCESSFUL: readonly ExecutionStatus[] = FINISHED.slice(1)

export const unsuccessful = (statuses: readonly ExecutionStatus[]) =>
  statuses.filter((status) => UNSUCCESSFUL.includes(status))

/** A lane for each facet and status but RUNNING. Index: `job_executions_facet_idx`. */
export function facetSource(
  facets: readonly Facet[],
  statuses: readonly ExecutionStatus[],
  condition: Condition | null = null,
): LaneSource {
  const pairs = statuses
    .filter((status) => status !== 'RUNNING')
    .flatMap((status) => facets.map((facet) => ({ ...facet, status })))
  return {
    columns: [
      ['hash', 'bigint'],
      ['handler_name', 'text'],
      ['queue', 'text'],
      ['param_source', 'param_source'],
      ['priority', 'smallint'],
      ['status', 'execution_status'],
    ],
    lanes: [
      `{${pairs.map((pair) => pair.hash).join(',')}}`,
      pairs.map((pair) => pair.handlerName),
      pairs.map((pair) => pair.queue),
      pairs.map((pair) => pair.paramSource),
      plainArray(pairs.map((pair) => pair.priority)),
      pairs.map((pair) => pair.status),
    ],
    count: pairs.length,
    // The columns beside their hash, since two facets may have the same one.
    where: `jobu_facet(handler_name, queue, param_source, priority) = l.hash
      AND status = l.status AND status <> 'RUNNING' AND handler_name = l.handler_name AND queue = l.queue
      AND param_source = l.param_source AND priority = l.priority`,
    condition,
    isOrderedById: true,
  }
}

/** A lane for each status that is final and no success. Index: `job_executions_status_idx`. */
export function statusSource(
  statuses: readonly ExecutionStatus[],
  condition: Condition | null = null,
): LaneSource {
  return {
    columns: [['status', 'execution_status']],
    lanes: [unsuccessful(statuses)],
    count: unsuccessful(statuses).length,
    where: `status = l.status AND status NOT IN ('PENDING', 'RUNNING', 'SUCCESS')`,
    condition,
    isOrderedById: true,
  }
}

/** A lane for each cron: all its executions. Index: `job_executions_slot_key`. */
export function cronSource(jobIds: readonly number[], condition: Condition | null): LaneSource {
  return {
    columns: [['job_id', 'bigint']],
    lanes: [plainArray(jobIds)],
    count: jobIds.length,
    where: 'job_id = l.job_id AND job_id IS NOT NULL',
    condition,
    isOrderedById: false,
  }
}

/** A lane for each cron and status that is final and no success. Index: `job_executions_cron_status_idx`. */
export function cronStatusSource(
  jobIds: readonly number[],
  statuses: readonly ExecutionStatus[],
  condition: Condition,
): LaneSource {
  const pairs = unsuccessful(statuses).flatMap((status) => jobIds.map((jobId) => ({ jobId, status })))
  return {
    columns: [
      ['job_id', 'bigint'],
      ['status', 'execution_status'],
    ],
    lanes: [plainArray(pairs.map((pair) => pair.jobId)), pairs.map((pair) => pair.status)],
    count: pairs.length,
    where: `job_id = l.job_id AND status = l.status AND job_id IS NOT NULL AND status NOT IN ('PENDING', 'RUNNING', 'SUCCESS')`,
    condition,
    isOrderedById: false,
  }
}

/** What runs. Index: `job_executions_lease_idx`, which is as short as the workers' pools are small. */
export function runningSource(condition: Condition): SetSource {
  return { where: `status = 'RUNNING' AND lease_expires_at > '-infinity'`, condition }
}

/** What of crons has not finished. Index: `job_executions_active_cron_idx`. */
export function activeSource(jobIds: readonly number[], condition: Condition): SetSource {
  const n = condition.values.length + 1
  return {
    where: `status IN ('PENDING', 'RUNNING') AND job_id IS NOT NULL`,
    condition: {
      text: `job_id = ANY ({${n}}::bigint[]) AND ${condition.text}`,
      values: [...condition.values, plainArray(jobIds)],
    },
  }
}

/** Where the executions of a filter without `q` are found, each in exactly one place. */
export function sourcesOf(
  filter: ExecutionFilter,
  facets: readonly Facet[],
): { lanes: LaneSource[]; sets: SetSource[] } {
  const statuses: readonly ExecutionStatus[] = filter.statuses ?? [...FINISHED, 'PENDING', 'RUNNING']
  const condition = columnsMatch(filter)
  if (filter.jobId !== undefined) return sourcesOfCrons([filter.jobId], filter)
  const only = (some: readonly ExecutionStatus[]) => some.filter((status) => statuses.includes(status))
  const failures = only(UNSUCCESSFUL)
  return {
    // What is found first bounds how far the next look goes: the lanes that are full first, and that are few.
    lanes: [
      ...(isRestrictedByFacet(filter) ? [] : [statusSource(failures)]),
      facetSource(facets, only(['SUCCESS'])),
      ...(isRestrictedByFacet(filter) ? failuresOfFacets(facets, failures, condition) : []),
      facetSource(facets, only(['PENDING'])),
    ],
    sets: statuses.includes('RUNNING') ? [runningSource(condition)] : [],
  }
}

/** From so many facets on their failures are looked for among all failures first. */
const MANY_FACETS = 10
/** How many of them are looked at. */
const FAILURES_BUDGET = 500

function failuresOfFacets(
  facets: readonly Facet[],
  failures: readonly ExecutionStatus[],
  condition: Condition,
): LaneSource[] {
  const exact = facetSource(facets, failures)
  if (facets.length < MANY_FACETS) return [exact]
  return [{ ...statusSource(failures, condition), budget: FAILURES_BUDGET, otherwise: exact }]
}

/** Where the executions of some crons are found. */
export function sourcesOfCrons(
  jobIds: readonly number[],
  filter: ExecutionFilter,
): { lanes: LaneSource[]; sets: SetSource[] } {
  const condition = columnsMatch(filter)
  const { statuses } = filter
  if (statuses === undefined) {
    return { lanes: [cronSource(jobIds, isRestrictedByFacet(filter) ? condition : null)], sets: [] }
  }
  const successes = columnsMatch({ ...filter, statuses: ['SUCCESS'] })
  const isActive = statuses.includes('PENDING') || statuses.includes('RUNNING')
  return {
    lanes: [
      cronStatusSource(jobIds, statuses, condition),
      ...(statuses.includes('SUCCESS') ? [cronSource(jobIds, successes)] : []),
    ],
    sets: isActive ? [activeSource(jobIds, condition)] : [],
  }
}

export function isRestrictedByFacet(filter: ExecutionFilter): boolean {
  const { handlerName, queue, paramSources, priority } = filter
  return [handlerName, queue, paramSources, priority].some((value) => value !== undefined)
}

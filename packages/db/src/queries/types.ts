import type { OverlapPolicy, RetryBackoff } from '../states.ts'

/** Names one execution: the id, and the partition key that finds it without probing every month. */
export interface ExecutionKey {
  id: number
  scheduledTime: Date
}

/** A claimed execution, named with the fencing token of the claim. */
export interface Claim extends ExecutionKey {
  attempt: number
}

export interface RetryPolicy {
  retryCount: number
  retryDelaySeconds: number
  retryBackoff: RetryBackoff
}

export type { OverlapPolicy }

/**
 * An array parameter as PostgreSQL's array literal. For numbers and instants only, whose text needs no quoting;
 * joining it here costs a tenth of the driver's general escaping.
 */
export function plainArray(values: ReadonlyArray<number | null>): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`
}

export function instantArray(values: ReadonlyArray<Date | null>): string {
  return `{${values.map((value) => value?.toISOString() ?? 'NULL').join(',')}}`
}

/** Earliest and latest scheduled time of a batch: as a condition they leave only the batch's partitions in the plan. */
export function timeBounds(keys: ReadonlyArray<ExecutionKey>): [Date, Date] {
  let from = Infinity
  let to = -Infinity
  for (const { scheduledTime } of keys) {
    const time = scheduledTime.getTime()
    if (time < from) from = time
    if (time > to) to = time
  }
  return [new Date(from), new Date(to)]
}

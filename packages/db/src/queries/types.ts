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

/** As `plainArray`. The instants of a batch are mostly the same one, and its text costs more than comparing it. */
export function instantArray(values: ReadonlyArray<Date | null>): string {
  let last: number | undefined
  let lastText = ''
  const texts = values.map((value) => {
    if (value === null) return 'NULL'
    const time = value.getTime()
    if (time !== last) {
      last = time
      lastText = value.toISOString()
    }
    return lastText
  })
  return `{${texts.join(',')}}`
}

/** An array parameter that usually holds nothing but nulls: then it need not go through the driver's escaping. */
export function sparseArray<T>(values: ReadonlyArray<T | null>): ReadonlyArray<T | null> | string {
  return values.every((value) => value === null) ? plainArray(values as null[]) : values
}

/**
 * By id, the order in which executions are locked where several are: a batch that is settled and a run that is cancelled then
 * wait for each other instead of deadlocking.
 */
export function inLockOrder<T extends ExecutionKey>(keys: readonly T[]): readonly T[] {
  return keys.every(({ id }, i) => i === 0 || keys[i - 1]!.id < id)
    ? keys
    : [...keys].sort((a, b) => a.id - b.id)
}

import type { Context } from '../context.ts'
import { usageError } from '../errors.ts'
import { type JobFilterOptions, jobFilterOf } from './jobFilter.ts'

const DONE = { retry: 'retried', cancel: 'cancelled', delete: 'deleted' } as const

export type BulkOptions = JobFilterOptions & { dryRun?: boolean; yes?: boolean }

/** Retries, cancels or deletes executions: those named, or those that match, which are counted and asked for first. */
export async function bulkJobs(
  context: Context,
  verb: keyof typeof DONE,
  ids: number[],
  { dryRun: isDryRun = false, yes: isSure = false, ...options }: BulkOptions,
): Promise<void> {
  const { api } = context
  const filter = await jobFilterOf(context, options)
  const hasFilter = Object.keys(filter).length > 0
  if (ids.length > 0 === hasFilter) throw usageError('give ids, or options that say which jobs; not both')

  if (ids.length === 1 && !isDryRun) {
    const [id] = ids as [number]
    if (verb === 'delete') {
      await api.jobs.remove(id)
      return context.show({ count: 1 }, () => `deleted job ${id}\n`)
    }
    const job = await api.jobs[verb](id)
    const state =
      job.cancel_requested_at && job.status === 'RUNNING' ? 'RUNNING and told to stop' : job.status
    return context.show(job, () => `job ${id} is ${state}\n`)
  }

  const selection = hasFilter ? { filter } : { ids }
  if (hasFilter || isDryRun) {
    const { count, ...rest } = await api.jobs.bulk(verb, selection, true)
    if (isDryRun) return context.show({ count, ...rest }, () => `${count} would be ${DONE[verb]}\n`)
    if (count === 0) return context.show({ count }, () => 'none matches\n')
    if (!isSure) await context.confirm(`${count} ${count === 1 ? 'job' : 'jobs'} will be ${DONE[verb]}.`)
  }
  const answer = await api.jobs.bulk(verb, selection)
  context.show(answer, () => `${answer.count} ${DONE[verb]}\n`)
}

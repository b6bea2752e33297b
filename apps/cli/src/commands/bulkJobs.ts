import type { BulkAnswer, Selection } from '../api/api.ts'
import type { Context } from '../context.ts'
import { CliError, usageError } from '../errors.ts'
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
    const plan = await api.jobs.bulk(verb, selection, true)
    const count = `${plan.is_exact === false ? 'at least ' : ''}${plan.remaining}`
    if (isDryRun) return context.show(plan, () => `${count} would be ${DONE[verb]}${skippedText(plan)}\n`)
    if (plan.remaining === 0) {
      return context.show(plan, () => `none can be ${DONE[verb]}${skippedText(plan)}\n`)
    }
    if (!isSure) await context.confirm(`${count} ${count === '1' ? 'job' : 'jobs'} will be ${DONE[verb]}.`)
  }
  const answer = await untilDone(context, verb, selection)
  context.show(answer, () => `${answer.changed} ${DONE[verb]}${skippedText(answer)}\n`)
}

/** A call works for a limited time: it is sent again while something remains. */
async function untilDone(
  { api, say, isJson }: Context,
  verb: keyof typeof DONE,
  selection: Selection,
): Promise<BulkAnswer> {
  let changed = 0
  for (;;) {
    const answer = await api.jobs.bulk(verb, selection)
    changed += answer.changed
    if (answer.remaining === 0) return { ...answer, changed }
    if (answer.changed === 0) {
      throw new CliError(
        `${changed} ${DONE[verb]}, ${answer.remaining} could not be reached; try again later`,
      )
    }
    if (!isJson) say(`${changed} ${DONE[verb]}, ${answer.remaining} to go`)
  }
}

function skippedText({ skipped }: BulkAnswer): string {
  return skipped > 0 ? `; ${skipped} are in a status that does not allow it` : ''
}

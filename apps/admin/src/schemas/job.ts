import { EXECUTION_STATUSES, RETRY_BACKOFFS } from '@jobu/db'
import { z } from 'zod'
import * as fields from './fields.ts'
import { pagingFields, refuseMixedPaging } from './paging.ts'

const MAX_BULK = 10_000
/** How far from now a job's time may lie, ahead or back, in days: partitions exist that far. */
const MAX_DAYS = 366

const scheduledTime = fields.instant
  .refine((at) => Math.abs(at.getTime() - Date.now()) <= MAX_DAYS * 86_400_000, {
    error: `expected a time at most ${MAX_DAYS} days from now`,
  })
  .nullable()
  .optional()

const job = z
  .strictObject({
    handler_name: fields.name.optional(),
    /** Another name for `handler_name`. */
    type: fields.name.optional(),
    params: fields.jsonObject.default({}),
    /** Null: now. A time that has passed runs now as well. */
    scheduled_time: scheduledTime,
    /** Another name for `scheduled_time`. */
    time: scheduledTime,
    priority: fields.priority.optional(),
    queue: fields.queue.optional(),
    max_retry: fields.maxRetry.optional(),
    retry_delay_seconds: fields.retryDelaySeconds.optional(),
    retry_backoff: z.enum(RETRY_BACKOFFS).optional(),
    timeout_seconds: fields.timeoutSeconds.optional(),
    /** The same request under the same key makes one job. */
    idempotency_key: z.string().min(1).max(255).optional(),
  })
  .superRefine((body, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message })
    if (body.handler_name === undefined && body.type === undefined) {
      refuse('handler_name', 'is required, expected the name of a handler')
    }
    if (body.handler_name !== undefined && body.type !== undefined && body.handler_name !== body.type) {
      refuse('type', 'contradicts handler_name; give one of them')
    }
    if (body.scheduled_time && body.time && body.scheduled_time.getTime() !== body.time.getTime()) {
      refuse('time', 'contradicts scheduled_time; give one of them')
    }
  })

export const createJobBody = job
export type CreateJobBody = z.output<typeof job>

export const bulkJobsBody = z.strictObject({ jobs: z.array(job).min(1).max(MAX_BULK) })

export const listJobsQuery = z
  .strictObject({
    cron_id: fields.queryInteger(0, Number.MAX_SAFE_INTEGER).optional(),
    status: fields.severalOf(EXECUTION_STATUSES).optional(),
    handler_name: fields.queryText.optional(),
    queue: fields.queryText.optional(),
    /** Inclusive, on the scheduled time. */
    from_date: fields.queryInstant.optional(),
    /** Exclusive, on the scheduled time. */
    to_date: fields.queryInstant.optional(),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListJobsQuery = z.output<typeof listJobsQuery>

export const listLogsQuery = z.strictObject(pagingFields).superRefine(refuseMixedPaging)
export type ListLogsQuery = z.output<typeof listLogsQuery>

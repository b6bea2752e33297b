import { EXECUTION_STATUSES, LOG_LEVELS, RETRY_BACKOFFS } from '@jobu/db'
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
    handler_name: fields.name.optional().meta({ description: 'It or `type` is required', example: 'http' }),
    type: fields.name.optional().meta({ description: 'Another name for `handler_name`' }),
    params: fields.jsonObject.default({}).meta({ description: 'As the schema of the handler says' }),
    scheduled_time: scheduledTime.meta({
      description: `Null: now. One that has passed runs now as well. At most ${MAX_DAYS} days from now`,
    }),
    time: scheduledTime.meta({ description: 'Another name for `scheduled_time`' }),
    priority: fields.priority.optional(),
    queue: fields.queue.optional(),
    max_retry: fields.maxRetry.optional(),
    retry_delay_seconds: fields.retryDelaySeconds.optional(),
    retry_backoff: z.enum(RETRY_BACKOFFS).optional(),
    timeout_seconds: fields.timeoutSeconds.optional(),
    idempotency_key: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .meta({ description: 'The same request under the same key makes one job' }),
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

const jobExample = {
  handler_name: 'http',
  params: { url: 'https://reports.example.com/daily', method: 'POST' },
  priority: 10,
  idempotency_key: 'report-2026-03-01',
}

export const createJobBody = job.meta({ id: 'JobCreate', example: jobExample })
export type CreateJobBody = z.output<typeof job>

export const bulkJobsBody = z.strictObject({ jobs: z.array(createJobBody).min(1).max(MAX_BULK) }).meta({
  id: 'JobsCreate',
  example: { jobs: [jobExample, { type: 'sleep', params: { ms: 100 }, time: null }] },
})

export const listJobsQuery = z
  .strictObject({
    cron_id: fields.queryInteger(0, Number.MAX_SAFE_INTEGER).optional(),
    status: fields
      .severalOf(EXECUTION_STATUSES)
      .optional()
      .meta({ example: ['FAILED', 'TIMEOUT'] }),
    handler_name: fields.queryText.optional(),
    queue: fields.queryText.optional(),
    from_date: fields.queryInstant.optional().meta({ description: 'On the scheduled time, inclusive' }),
    to_date: fields.queryInstant.optional().meta({ description: 'On the scheduled time, exclusive' }),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListJobsQuery = z.output<typeof listJobsQuery>

export const listLogsQuery = z
  .strictObject({
    attempt: fields.queryInteger(1, 2_147_483_647).optional(),
    level: z.enum(LOG_LEVELS).optional().meta({ description: 'Lines of this level and worse' }),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListLogsQuery = z.output<typeof listLogsQuery>

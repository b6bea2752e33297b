import { EXECUTION_STATUSES, LOG_LEVELS, PARAM_SOURCES, RETRY_BACKOFFS } from '@jobu/db'
import { z } from 'zod'
import { bulkTargets, oneOrMore } from './bulk.ts'
import * as fields from './fields.ts'
import { listedJobFields } from './jobAnswer.ts'
import { cursorFields, fieldsQuery, pagingFields, refuseMixedPaging } from './paging.ts'

const MAX_BULK = 10_000
/** How far from now a job's time may lie, ahead or back, in days: partitions exist that far. */
const MAX_DAYS = 366

const SEARCH =
  'The id, a part of the name of the handler or the cron in any case, or words of the error message of one that is FAILED or TIMEOUT (of its first 1,000 characters; the last word may be a beginning)'

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

const ORDERS = ['scheduled_time', 'created_at', 'id'] as const
const orderBy = z.enum(ORDERS.flatMap((order) => [order, `-${order}` as const]))

export const listJobsQuery = z
  .strictObject({
    cron_id: fields.queryInteger(0, Number.MAX_SAFE_INTEGER).optional(),
    status: fields
      .severalOf(EXECUTION_STATUSES)
      .optional()
      .meta({ example: ['FAILED', 'TIMEOUT'] }),
    handler_name: fields.queryText.optional(),
    queue: fields.queryText.optional(),
    param_source: fields.severalOf(PARAM_SOURCES).optional(),
    priority: z
      .string({ error: fields.oneValue })
      .regex(/^-?\d{1,5}$/, 'expected a whole number')
      .transform(Number)
      .pipe(fields.priority)
      .meta(fields.sentAs({ type: 'integer', minimum: -32_768, maximum: 32_767 }))
      .optional(),
    from_date: fields.queryInstant.optional().meta({ description: 'Inclusive, on the scheduled time' }),
    to_date: fields.queryInstant.optional().meta({ description: 'Exclusive, on the scheduled time' }),
    q: fields.queryText.optional().meta({ description: SEARCH }),
    order_by: orderBy.default('-scheduled_time').meta({
      description:
        'A leading `-` for descending. `created_at` is the order in which they were made, that of their ids. By these two a filter can be ordered that has at most 10,000 executions; more are refused, since they would have to be sorted',
    }),
    fields: fieldsQuery(Object.keys(listedJobFields.shape) as Array<keyof typeof listedJobFields.shape>),
    ...cursorFields,
  })
  .superRefine(refuseMixedPaging)
export type ListJobsQuery = z.output<typeof listJobsQuery>

export const patchJobBody = z
  .strictObject({ priority: fields.priority.optional(), scheduled_time: scheduledTime })
  .refine(({ priority, scheduled_time }) => priority !== undefined || scheduled_time !== undefined, {
    path: ['priority'],
    message: 'is missing, and so is scheduled_time; give at least one of them',
  })
  .meta({ id: 'JobChange', example: { priority: 10 } })
export type PatchJobBody = z.output<typeof patchJobBody>

export const jobFilter = z
  .strictObject({
    cron_id: z.int().min(0).optional(),
    status: oneOrMore(EXECUTION_STATUSES).optional(),
    handler_name: z.string().min(1).max(255).optional(),
    queue: z.string().min(1).max(255).optional(),
    param_source: oneOrMore(PARAM_SOURCES).optional(),
    priority: fields.priority.optional(),
    from_date: fields.instant.optional().meta({ description: 'Inclusive, on the scheduled time' }),
    to_date: fields.instant.optional().meta({ description: 'Exclusive, on the scheduled time' }),
    q: z.string().min(1).max(255).optional().meta({ description: SEARCH }),
  })
  .meta({
    id: 'JobFilter',
    description: 'As the parameters of GET /jobs; several statuses or sources as a list',
  })

export const bulkActionBody = bulkTargets(jobFilter, 'execution').meta({
  id: 'BulkAction',
  example: { filter: { status: 'FAILED', handler_name: 'http' }, dry_run: true },
})
export type BulkActionBody = z.output<typeof bulkActionBody>

export const listLogsQuery = z
  .strictObject({
    attempt: fields.queryInteger(1, 2_147_483_647).optional(),
    level: z.enum(LOG_LEVELS).optional().meta({ description: 'Lines of this level and worse' }),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListLogsQuery = z.output<typeof listLogsQuery>

import {
  CRON_ORDERS,
  type CronOrder,
  type CronOrderValue,
  DAY_MATCHES,
  FOUND_LAST_STATUSES,
  MISFIRE_POLICIES,
  OVERLAP_POLICIES,
  RETRY_BACKOFFS,
} from '@jobu/db'
import { z } from 'zod'
import { cronAnswer } from './cronAnswer.ts'
import * as fields from './fields.ts'
import { cursorFields, fieldsQuery, refuseMixedPaging } from './paging.ts'

const INT4_MAX = 2_147_483_647
const MAX_TAGS = 50

const cronFields = {
  description: z.string().max(10_000).nullable().optional(),
  timezone: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: "An IANA name; left out: the configuration's", example: 'Asia/Seoul' }),
  day_match: z
    .enum(DAY_MATCHES)
    .optional()
    .meta({ description: 'With both day fields set: either may match, or both must' }),
  handler_params: fields.jsonObject.optional(),
  is_enabled: z.boolean().optional(),
  overlap_policy: z.enum(OVERLAP_POLICIES).optional(),
  allow_overlap: z
    .boolean()
    .optional()
    .meta({ description: 'The boolean form of `overlap_policy`: true is `allow`, false is `skip`' }),
  max_retry: fields.maxRetry.optional(),
  retry_delay_seconds: fields.retryDelaySeconds.optional(),
  retry_backoff: z.enum(RETRY_BACKOFFS).optional(),
  timeout_seconds: fields.timeoutSeconds.optional(),
  priority: fields.priority.optional(),
  queue: fields.queue.optional(),
  misfire_policy: z.enum(MISFIRE_POLICIES).optional(),
  misfire_limit: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: 'How many missed slots `fire_all` runs at most, the newest' }),
  misfire_grace_seconds: z
    .int()
    .min(0)
    .max(INT4_MAX)
    .optional()
    .meta({ description: 'A missed slot older than this does not run any more' }),
  start_at: fields.instant.nullable().optional().meta({ description: 'Fires from here on, inclusive' }),
  end_at: fields.instant.nullable().optional().meta({ description: 'Fires until here, exclusive' }),
  jitter_seconds: z
    .int()
    .min(0)
    .max(86_400)
    .optional()
    .meta({ description: "Starts up to this much later; below the cron's interval" }),
  max_runs: z
    .int()
    .min(1)
    .max(INT4_MAX)
    .nullable()
    .optional()
    .meta({ description: 'Completed after so many; null: never' }),
  pause_after_failures: z
    .int()
    .min(1)
    .max(INT4_MAX)
    .nullable()
    .optional()
    .meta({ description: 'Disabled after so many failures in a row; null: never' }),
  tags: z.array(z.string().trim().min(1).max(100)).max(MAX_TAGS).optional(),
  owner: z.string().max(255).nullable().optional(),
}

const requiredFields = {
  name: fields.name,
  cron_expression: z.string().trim().meta({ example: '0 2 * * *' }),
  handler_name: fields.name.meta({ example: 'http' }),
}

/** Both forms of the overlap policy may be given where they agree. */
function refuseContradiction(
  body: { overlap_policy?: string; allow_overlap?: boolean },
  context: z.core.$RefinementCtx,
): void {
  if (body.overlap_policy === undefined || body.allow_overlap === undefined) return
  if ((body.overlap_policy === 'allow') === body.allow_overlap) return
  context.addIssue({
    code: 'custom',
    path: ['allow_overlap'],
    message: `contradicts overlap_policy ${body.overlap_policy}; give one of them`,
  })
}

export const createCronBody = z
  .strictObject({ ...requiredFields, ...cronFields })
  .superRefine(refuseContradiction)
  .meta({
    id: 'CronCreate',
    example: {
      name: 'nightly backup',
      cron_expression: '0 2 * * *',
      timezone: 'Asia/Seoul',
      handler_name: 'http',
      handler_params: { url: 'https://backup.example.com/run', method: 'POST' },
      overlap_policy: 'skip',
      max_retry: 3,
      timeout_seconds: 1800,
      tags: ['backup'],
    },
  })

/** A part of a cron; `version` refuses the edit of a cron that has changed since it was read. */
export const updateCronBody = z
  .strictObject({
    ...z.object(requiredFields).partial().shape,
    ...cronFields,
    version: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'The one that was read; refuses the edit of a cron that has changed since' }),
  })
  .superRefine(refuseContradiction)
  .meta({ id: 'CronUpdate', example: { cron_expression: '30 2 * * *', version: 1 } })

export type CreateCronBody = z.output<typeof createCronBody>
export type UpdateCronBody = z.output<typeof updateCronBody>

/** `dry_run` checks a change, and answers what would come of it, without making it. */
export const changeCronQuery = z.strictObject({
  dry_run: fields.queryBoolean.default(false).meta({ description: 'Only say what would come of it' }),
})

export const toggleCronBody = z
  .strictObject({ is_enabled: z.boolean().optional() })
  .meta({ id: 'CronToggle', example: { is_enabled: false } })

export const triggerCronBody = z
  .strictObject({
    params: fields.jsonObject.optional().meta({ description: "Instead of the cron's own" }),
  })
  .meta({ id: 'CronTrigger', example: { params: { url: 'https://backup.example.com/run?full=1' } } })

export const previewBody = z
  .strictObject({
    cron_expression: requiredFields.cron_expression,
    timezone: cronFields.timezone,
    day_match: cronFields.day_match,
    from: fields.instant.optional().meta({ description: 'Left out: now' }),
    count: z.int().min(1).max(1_000).default(10),
  })
  .meta({
    id: 'CronPreviewRequest',
    example: { cron_expression: '0 9 * * 1-5', timezone: 'Asia/Seoul', count: 3 },
  })
export type PreviewBody = z.output<typeof previewBody>

const LAST_STATUS =
  'The status of the last run that was not skipped. Crons do not keep it, so only these can be found: what has not finished, and what failed or timed out as long as statistics are kept. Of each kind the newest 50,000 hours with failures, or executions, are looked at; where there are more, `total_is_exact` is false'

const orderBy = z.enum(CRON_ORDERS.flatMap((order) => [order, `-${order}` as const]))

export const listCronsQuery = z
  .strictObject({
    is_enabled: fields.queryBoolean.optional(),
    q: fields.queryText
      .optional()
      .meta({ description: 'Part of the name or description', example: 'backup' }),
    tag: z
      .union([fields.queryText, z.array(fields.queryText).min(1).max(MAX_TAGS)])
      .transform((given) => [given].flat())
      .optional()
      .meta({
        ...fields.sentAs({ type: 'array', items: { type: 'string' }, minItems: 1, maxItems: MAX_TAGS }),
        description: 'Repeated: those that have all of them',
        example: ['backup'],
      }),
    owner: fields.queryText.optional(),
    handler_name: fields.queryText.optional(),
    last_status: fields
      .severalOf(FOUND_LAST_STATUSES)
      .optional()
      .meta({
        description: `${LAST_STATUS}; repeated, or separated by commas`,
        example: ['FAILED', 'TIMEOUT'],
      }),
    order_by: orderBy.default('id').meta({ description: 'A leading `-` for descending' }),
    fields: fieldsQuery(Object.keys(cronAnswer.shape) as Array<keyof typeof cronAnswer.shape>),
    ...cursorFields,
  })
  .superRefine(refuseMixedPaging)
export type ListCronsQuery = z.output<typeof listCronsQuery>

const ORDER_VALUES: Record<CronOrder, z.ZodType<CronOrderValue>> = {
  id: z.int().min(0),
  name: z.string(),
  handler_name: z.string(),
  is_enabled: z.boolean(),
  priority: fields.priority,
  next_run_at: fields.instant.nullable(),
  created_at: fields.instant,
  updated_at: fields.instant,
}

/** What a cursor into a list of crons holds: the order's value, the id, and how many come before. */
export const cronPosition = (order: CronOrder) =>
  z.tuple([ORDER_VALUES[order], z.int().min(0), z.int().min(0)])

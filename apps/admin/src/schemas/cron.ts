import {
  CRON_ORDERS,
  type CronOrder,
  type CronOrderValue,
  DAY_MATCHES,
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
  /** An IANA name; left out: the configuration's. */
  timezone: z.string().min(1).max(255).optional(),
  /** With both day fields set: either may match, or both must. */
  day_match: z.enum(DAY_MATCHES).optional(),
  handler_params: fields.jsonObject.optional(),
  is_enabled: z.boolean().optional(),
  overlap_policy: z.enum(OVERLAP_POLICIES).optional(),
  /** The boolean form of `overlap_policy`: true is `allow`, false is `skip`. */
  allow_overlap: z.boolean().optional(),
  max_retry: fields.maxRetry.optional(),
  retry_delay_seconds: fields.retryDelaySeconds.optional(),
  retry_backoff: z.enum(RETRY_BACKOFFS).optional(),
  /** Null: no limit. */
  timeout_seconds: fields.timeoutSeconds.optional(),
  priority: fields.priority.optional(),
  queue: fields.queue.optional(),
  misfire_policy: z.enum(MISFIRE_POLICIES).optional(),
  misfire_limit: z.int().min(1).max(10_000).optional(),
  misfire_grace_seconds: z.int().min(0).max(INT4_MAX).optional(),
  /** Inclusive. */
  start_at: fields.instant.nullable().optional(),
  /** Exclusive. */
  end_at: fields.instant.nullable().optional(),
  /** Below the cron's interval. */
  jitter_seconds: z.int().min(0).max(86_400).optional(),
  max_runs: z.int().min(1).max(INT4_MAX).nullable().optional(),
  pause_after_failures: z.int().min(1).max(INT4_MAX).nullable().optional(),
  tags: z.array(z.string().trim().min(1).max(100)).max(MAX_TAGS).optional(),
  owner: z.string().max(255).nullable().optional(),
}

const requiredFields = {
  name: fields.name,
  cron_expression: z.string().trim(),
  handler_name: fields.name,
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

/** A part of a cron; `version` refuses the edit of a cron that has changed since it was read. */
export const updateCronBody = z
  .strictObject({
    ...z.object(requiredFields).partial().shape,
    ...cronFields,
    version: z.int().min(1).optional(),
  })
  .superRefine(refuseContradiction)

export type CreateCronBody = z.output<typeof createCronBody>
export type UpdateCronBody = z.output<typeof updateCronBody>

export const toggleCronBody = z.strictObject({ is_enabled: z.boolean().optional() })

export const triggerCronBody = z.strictObject({
  /** Instead of the cron's own. */
  params: fields.jsonObject.optional(),
})

export const previewBody = z.strictObject({
  cron_expression: z.string().trim(),
  timezone: cronFields.timezone,
  day_match: cronFields.day_match,
  /** Left out: now. */
  from: fields.instant.optional(),
  count: z.int().min(1).max(1_000).default(10),
})
export type PreviewBody = z.output<typeof previewBody>

const orderBy = z.enum(CRON_ORDERS.flatMap((order) => [order, `-${order}` as const]))

export const listCronsQuery = z
  .strictObject({
    is_enabled: fields.queryBoolean.optional(),
    q: fields.queryText.optional(),
    tag: fields.queryText.optional(),
    handler_name: fields.queryText.optional(),
    /** A leading `-` for descending. */
    order_by: orderBy.default('id'),
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

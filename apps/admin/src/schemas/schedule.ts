import {
  FREQUENCIES,
  MISFIRE_POLICIES,
  OVERLAP_POLICIES,
  RUN_STATUSES,
  SCHEDULE_ENGINES,
  SCHEDULE_ORDERS,
  SCHEDULE_STATUSES,
} from '@jobu/db'
import { notificationsSchema, scheduleTimingSchema, tasksSchema } from '@jobu/workflow'
import { z } from 'zod'
import * as fields from './fields.ts'
import { pagingFields, refuseMixedPaging } from './paging.ts'

const INT4_MAX = 2_147_483_647
const MAX_TAGS = 50

const scheduleFields = {
  description: z.string().max(10_000).nullable().optional(),
  owner: z.string().max(255).nullable().optional(),
  tags: z.array(z.string().trim().min(1).max(100)).max(MAX_TAGS).optional(),
  engine: z
    .enum(SCHEDULE_ENGINES)
    .optional()
    .meta({ description: "What runs it; left out: the configuration's" }),
  ...scheduleTimingSchema.shape,
  start_date: fields.instant.nullable().optional().meta({
    description:
      'From here on, inclusive. One that has passed makes no earlier runs; `once` then fires at once',
  }),
  end_date: fields.instant
    .nullable()
    .optional()
    .meta({ description: 'Until here, exclusive; after start_date' }),
  is_enabled: z.boolean().optional(),
  overlap_policy: z
    .enum(OVERLAP_POLICIES)
    .optional()
    .meta({ description: 'What becomes of a slot while an earlier run is active' }),
  max_active_runs: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: 'How many of its runs are RUNNING at once; others wait as PENDING' }),
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
  notifications: notificationsSchema.optional(),
}

const example = {
  title: 'nightly report',
  cron_expression: '0 2 * * *',
  timezone: 'Asia/Seoul',
  owner: 'sales',
  tags: ['report'],
  notifications: { on_success: false, on_failure: true, recipients: ['team@example.com'] },
  tasks: [
    { key: 'extract', handler_name: 'sql', params: { statement: 'SELECT count(*) AS orders FROM orders' } },
    {
      key: 'announce',
      handler_name: 'echo',
      depends_on: ['extract'],
      params: { message: '{{ tasks.extract.result.rows }}' },
      max_retry: 2,
    },
  ],
}

const title = fields.name.meta({ description: 'Need not be unique', example: 'nightly report' })

export const createScheduleBody = z
  .strictObject({ title, ...scheduleFields, tasks: tasksSchema })
  .meta({ id: 'ScheduleCreate', example })

/** A part of a schedule; `version` refuses the edit of tasks that have changed since they were read. */
export const updateScheduleBody = z
  .strictObject({
    title: title.optional(),
    ...scheduleFields,
    tasks: tasksSchema.optional(),
    version: z.int().min(1).optional().meta({
      description: 'The one that was read; refuses the edit of a schedule whose tasks have changed since',
    }),
  })
  .meta({ id: 'ScheduleUpdate', example: { frequency: 'weekly', time: '09:30', day_of_week: 1, version: 1 } })

export type CreateScheduleBody = z.output<typeof createScheduleBody>
export type UpdateScheduleBody = z.output<typeof updateScheduleBody>

/** Whatever is sent is judged: what is wrong with it is the answer. */
export const validateScheduleBody = fields.jsonObject.meta({
  id: 'ScheduleToValidate',
  description: 'As the body of POST /schedules, right or wrong',
  example,
})

export const toggleScheduleBody = z
  .strictObject({ is_enabled: z.boolean().optional() })
  .meta({ id: 'ScheduleToggle', example: { is_enabled: false } })

const LISTED_STATUSES = [...SCHEDULE_STATUSES, ...RUN_STATUSES] as const
const orderBy = z.enum(SCHEDULE_ORDERS.flatMap((order) => [order, `-${order}` as const]))

export const listSchedulesQuery = z
  .strictObject({
    title: fields.queryText.optional().meta({ description: 'A part of it, in any case', example: 'report' }),
    owner: fields.queryText.optional(),
    frequency: fields
      .severalOf([...FREQUENCIES, 'cron', 'none'])
      .optional()
      .meta({
        description: '`cron`: by an expression of its own; `none`: by hand; repeated, or separated by commas',
        example: ['daily', 'cron'],
      }),
    status: fields
      .severalOf(LISTED_STATUSES)
      .optional()
      .meta({
        description:
          'ACTIVE, PAUSED (disabled) or COMPLETED (nothing comes of its timing any more); or the status of its last run; repeated, or separated by commas',
        example: ['FAILED'],
      }),
    tag: z
      .union([fields.queryText, z.array(fields.queryText).min(1).max(MAX_TAGS)])
      .transform((given) => [given].flat())
      .optional()
      .meta({
        ...fields.sentAs({ type: 'array', items: { type: 'string' }, minItems: 1, maxItems: MAX_TAGS }),
        description: 'Repeated: those that have all of them',
        example: ['report'],
      }),
    engine: z.enum(SCHEDULE_ENGINES).optional(),
    order_by: orderBy.default('id').meta({ description: 'A leading `-` for descending' }),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListSchedulesQuery = z.output<typeof listSchedulesQuery>

export const listVersionsQuery = z.strictObject(pagingFields).superRefine(refuseMixedPaging)
export type ListVersionsQuery = z.output<typeof listVersionsQuery>

export const versionParams = z.object({ id: fields.id, version: fields.id.meta({ example: 1 }) })

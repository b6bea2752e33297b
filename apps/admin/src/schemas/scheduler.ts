import { z } from 'zod'
import * as fields from './fields.ts'

const { instantAnswer } = fields

export const startQuery = z.strictObject({
  dry_run: fields.queryBoolean.optional().meta({ description: 'Only say what would follow' }),
})

/** A maintenance window may hold the queue for a week. */
const MAX_TTL_SECONDS = 604_800

export const reservationBody = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .meta({ description: 'Shown to everyone who asks why nothing runs', example: 'database upgrade' }),
    ttl_seconds: z
      .int()
      .min(1)
      .max(MAX_TTL_SECONDS)
      .default(3_600)
      .meta({ description: 'It ends by itself after so long', example: 1_800 }),
  })
  .meta({ id: 'ReservationCreate', example: { reason: 'database upgrade', ttl_seconds: 1_800 } })
export type ReservationBody = z.output<typeof reservationBody>

export const reservationAnswer = z
  .object({
    reason: z.string(),
    reserved_by: z.string(),
    reserved_at: instantAnswer,
    reserved_until: instantAnswer.meta({ description: 'It ends by itself then' }),
    job_id: z.int().nullable().meta({
      description: 'The execution that alone may run, and whose end ends the reservation; null: none may',
    }),
  })
  .meta({ id: 'Reservation', description: 'While it holds, nothing is claimed; slots still become PENDING' })

const service = {
  id: z.string(),
  hostname: z.string(),
  version: z.string(),
  started_at: instantAnswer,
  heartbeat_at: instantAnswer,
}

export const schedulerStatusAnswer = z
  .object({
    scheduler_running: z.boolean(),
    changed_at: instantAnswer.meta({ description: 'When it was last started or stopped' }),
    changed_by: z.string().nullable(),
    current_job_id: z.int().nullable().meta({ description: 'The newest running execution' }),
    current_job_ids: z
      .array(z.int())
      .meta({ description: 'Running executions, the newest first; at most 1,000 of them' }),
    queue_length: z.int().meta({ description: 'Claimable executions, counted up to 10,000' }),
    queue_length_is_exact: z.boolean().meta({ description: 'False: there are more than `queue_length`' }),
    cumulative_stats: z
      .object({
        total_executed: z.int().meta({ description: 'succeeded + failed + cancelled' }),
        succeeded: z.int(),
        failed: z.int().meta({ description: 'FAILED and TIMEOUT' }),
        timed_out: z.int().meta({ description: 'TIMEOUT, of those in `failed`' }),
        cancelled: z.int(),
        skipped: z.int().meta({ description: 'Slots that did not become a run' }),
      })
      .meta({ description: 'Since the first execution, whatever retention has dropped' }),
    has_active_reservation: z.boolean(),
    reservation: reservationAnswer.nullable(),
    dispatchers: z.array(z.object(service)).meta({ description: 'Those alive' }),
    workers: z
      .array(
        z.object({
          ...service,
          status: z.enum(['ACTIVE', 'DRAINING']),
          queues: z.array(z.string()),
          pool_size: z.int(),
          running: z.int(),
        }),
      )
      .meta({ description: 'Those alive' }),
  })
  .meta({ id: 'SchedulerStatus' })

export const startPreviewAnswer = z
  .object({
    dry_run: z.literal(true),
    scheduler_running: z.boolean(),
    crons: z.int().meta({ description: 'Crons that are due' }),
    crons_running: z.int().meta({ description: 'Of those, crons of which at least one slot would run' }),
    slots: z.int().meta({ description: 'Slots that would run, by misfire and overlap policy' }),
    waiting: z
      .int()
      .meta({ description: 'Of those, slots that would wait for an earlier one of their cron' }),
    skipped: z.int().meta({ description: 'Slots that would be accounted for as SKIPPED' }),
    queue_length: z.int().meta({ description: 'Executions that could be claimed at once' }),
    queue_length_is_exact: z.boolean(),
    is_complete: z.boolean().meta({
      description: 'False: more crons are due than were looked at, so that all counts are lower bounds',
    }),
  })
  .meta({ id: 'SchedulerStartPreview', description: 'What a start would run now' })

export const startAnswer = z.union([schedulerStatusAnswer, startPreviewAnswer])

export const triggerHandlerParams = z.object({ handler: fields.name })
export const triggerHandlerBody = fields.jsonObject.meta({
  description:
    'The params themselves. `{"params": {...}}`, with nothing beside it, is read as well; a handler that has a param of that name needs POST /jobs.',
  example: { to: 'team@example.com' },
})

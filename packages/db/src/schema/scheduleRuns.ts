import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  sql,
  text,
  timestamp,
  uniqueIndex,
} from '../drizzle.ts'
import { runStatus, runTrigger } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * Runs of schedules. A run's row is the lock of all its task runs: whoever changes one of them holds it.
 * Runs are locked after executions, and several of them by id.
 */
export const scheduleRuns = pgTable(
  'schedule_runs',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    scheduleId: bigint('schedule_id', { mode: 'number' }).notNull(),
    versionId: bigint('version_id', { mode: 'number' }).notNull(),
    /** The slot, or the logical date a person gave. */
    scheduledTime: instant('scheduled_time').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    cancelRequestedAt: instant('cancel_requested_at'),
    /** Something follows from how it ended (mail, the task it was a part of, the next run), and is not done yet. */
    followUpAt: instant('follow_up_at'),
    /** The task of another run that this one is. */
    parentTaskRunId: bigint('parent_task_run_id', { mode: 'number' }),
    /** Tasks that are not final; items of a `for_each` are not counted. */
    tasksLeft: integer('tasks_left').notNull().default(0),
    tasksFailed: integer('tasks_failed').notNull().default(0),
    /** 1, and one more for each rerun. */
    round: integer('round').notNull().default(1),
    status: runStatus('status').notNull().default('PENDING'),
    trigger: runTrigger('trigger').notNull(),
    /** It starts only when nothing else of its schedule is active (`overlap_policy`). */
    isExclusive: boolean('is_exclusive').notNull().default(false),
    params: jsonb('params').$type<Record<string, unknown>>().notNull().default({}),
    createdBy: text('created_by'),
    /** A code: why it was cancelled or failed without a task doing so. */
    reason: text('reason'),
    errorMessage: text('error_message'),
    /** Its id in another engine. */
    externalRunId: text('external_run_id'),
  },
  (t) => [
    uniqueIndex('schedule_runs_slot_key').on(t.scheduleId, t.scheduledTime).where(sql`trigger = 'cron'`),
    uniqueIndex('schedule_runs_external_key')
      .on(t.scheduleId, t.externalRunId)
      .where(sql`external_run_id IS NOT NULL`),
    index('schedule_runs_parent_idx').on(t.parentTaskRunId).where(sql`parent_task_run_id IS NOT NULL`),
    index('schedule_runs_list_idx').on(t.scheduleId, t.scheduledTime, t.id),
    index('schedule_runs_time_idx').on(t.scheduledTime, t.id),
    index('schedule_runs_active_idx').on(t.scheduleId, t.id).where(sql`status IN ('PENDING', 'RUNNING')`),
    index('schedule_runs_cancel_idx')
      .on(t.cancelRequestedAt)
      .where(sql`cancel_requested_at IS NOT NULL AND status = 'RUNNING'`),
    index('schedule_runs_follow_up_idx').on(t.followUpAt).where(sql`follow_up_at IS NOT NULL`),
    check(
      'schedule_runs_finished_at_matches_status',
      sql`(finished_at IS NOT NULL) = (status NOT IN ('PENDING', 'RUNNING'))`,
    ),
    check('schedule_runs_tasks_left_not_negative', sql`tasks_left >= 0`),
  ],
)

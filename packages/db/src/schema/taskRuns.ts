import {
  bigint,
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
import { taskState } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * The tasks of runs, made when a run starts; the items of a `for_each` are rows of their own beside their task's.
 * `state` is in no index, so that moving a task on is a HOT update.
 */
export const taskRuns = pgTable(
  'task_runs',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    runId: bigint('run_id', { mode: 'number' }).notNull(),
    versionId: bigint('version_id', { mode: 'number' }).notNull(),
    /** Its latest execution; null while it has none. A rerun makes a new one. */
    executionId: bigint('execution_id', { mode: 'number' }),
    executionTime: instant('execution_time'),
    /** The executions it had before a rerun gave it another one, oldest first. */
    earlierExecutions: bigint('earlier_executions', { mode: 'number' }).array().notNull().default([]),
    /** The run that this task is, where it is another schedule. */
    childRunId: bigint('child_run_id', { mode: 'number' }),
    /** When a dispatcher must look at it: a decision is due, or a deadline passes. */
    attentionAt: instant('attention_at'),
    finishedAt: instant('finished_at'),
    /** `no` in `schedule_tasks`. */
    taskNo: integer('task_no').notNull(),
    /** -1: the task; 0 and up: an item of its list. */
    item: integer('item').notNull().default(-1),
    /** Of the tasks it depends on: how many are not final, and how those that are ended. */
    waiting: integer('waiting').notNull().default(0),
    succeeded: integer('succeeded').notNull().default(0),
    /** Failed, timed out, cancelled, or not run because something before them did. */
    failed: integer('failed').notNull().default(0),
    skipped: integer('skipped').notNull().default(0),
    /** Of a `for_each`: its items, those not final, those that failed. */
    items: integer('items').notNull().default(0),
    itemsLeft: integer('items_left').notNull().default(0),
    itemsFailed: integer('items_failed').notNull().default(0),
    state: taskState('state').notNull().default('WAITING'),
    /** A code of `TASK_REASONS`. */
    reason: text('reason'),
    errorMessage: text('error_message'),
    /** Of a task without an execution: what later tasks see as its result; of an item its value. */
    result: jsonb('result'),
  },
  (t) => [
    uniqueIndex('task_runs_task_key').on(t.runId, t.taskNo, t.item),
    // What an event's task waits for.
    index('task_runs_event_idx')
      .on(sql`("result" ->> 'event')`)
      .where(sql`item = -1 AND result ->> 'event' IS NOT NULL`),
    index('task_runs_attention_idx').on(t.attentionAt).where(sql`attention_at IS NOT NULL`),
    check(
      'task_runs_finished_at_matches_state',
      sql`(finished_at IS NOT NULL) = (state IN ('SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'SKIPPED'))`,
    ),
    check('task_runs_counts_not_negative', sql`waiting >= 0 AND items_left >= 0`),
    check('task_runs_queued_has_execution', sql`state <> 'QUEUED' OR execution_id IS NOT NULL`),
  ],
)

import { EXECUTION_STATUSES, ROLES, RUN_STATUSES, RUN_TRIGGERS, TASK_KINDS, TRIGGER_RULES } from '@jobu/db'
import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { artifactAnswer } from './artifact.ts'
import { instantAnswer, jsonObject } from './fields.ts'
import { logLineAnswer } from './jobAnswer.ts'

/** What a task that is PENDING waits for. */
export const TASK_WAITS = ['upstream', 'decision', 'approval', 'event', 'worker'] as const

const COUNTED = ['PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'SKIPPED'] as const
const counts = z
  .object(
    Object.fromEntries(COUNTED.map((status) => [status, z.int()])) as Record<
      (typeof COUNTED)[number],
      z.ZodInt
    >,
  )
  .meta({ id: 'TaskCounts', description: 'Tasks by status; the items of a list are one task' })

const listedRun = z.object({
  id: z.int(),
  run_id: z.int().meta({ description: 'The same as `id`' }),
  schedule_id: z.int(),
  schedule_title: z.string(),
  version: z.int(),
  status: z.enum(RUN_STATUSES),
  trigger: z.enum(RUN_TRIGGERS),
  params: jsonObject,
  scheduled_time: instantAnswer.meta({ description: 'The slot, or the logical date that was given' }),
  created_at: instantAnswer,
  started_at: instantAnswer.nullable(),
  finished_at: instantAnswer.nullable(),
  duration_ms: z.int().nullable(),
  round: z.int().meta({ description: '1, and one more for each rerun' }),
  created_by: z.string().nullable(),
  reason: z
    .string()
    .nullable()
    .meta({ description: 'A code: why it ended without a task deciding so, such as OVERLAP or MISFIRE' }),
  error_message: z.string().nullable(),
  parent: z
    .object({ schedule_id: z.int(), run_id: z.int(), task_key: z.string() })
    .nullable()
    .meta({ description: 'The task of another run that it is' }),
  external_run_id: z.string().nullable().meta({ description: 'Its id in another engine' }),
  task_counts: counts,
})

const taskFields = z.object({
  status: z.enum(EXECUTION_STATUSES),
  waiting_for: z
    .enum(TASK_WAITS)
    .nullable()
    .meta({ description: 'Of one that is PENDING in a run that has begun' }),
  reason: z
    .string()
    .nullable()
    .meta({ description: 'A code: why it did not run, or ended without a handler' }),
  execution_id: z.int().nullable(),
  attempts: z.int().meta({ description: 'Of all its executions' }),
  created_at: instantAnswer.nullable(),
  started_at: instantAnswer.nullable(),
  finished_at: instantAnswer.nullable(),
  duration_ms: z.int().nullable(),
  error_message: z.string().nullable(),
  result: z.unknown(),
  progress_percentage: z.int().nullable(),
  current_step: z.string().nullable(),
  worker_id: z.string().nullable(),
  executions: z.array(z.int()).meta({ description: 'Oldest first: a rerun makes another one' }),
  child_run: z
    .object({ schedule_id: z.int(), run_id: z.int() })
    .nullable()
    .meta({ description: 'The run of the other schedule that it is' }),
})

export const runTaskAnswer = taskFields
  .extend({
    key: z.string(),
    kind: z.enum(TASK_KINDS),
    handler_name: z.string().nullable(),
    depends_on: z.array(z.string()),
    trigger_rule: z.enum(TRIGGER_RULES),
    queue: z.string(),
    priority: z.int(),
    error: z
      .object({
        message: z.string().nullable(),
        trace: z.string().nullable().meta({ description: 'The stack, or what of one stands in its log' }),
      })
      .nullable()
      .meta({ description: 'Of one that is FAILED or TIMEOUT' }),
    items: z
      .object({ total: z.int(), left: z.int(), failed: z.int() })
      .nullable()
      .meta({ description: 'Of one with `for_each`' }),
    approval: z
      .object({
        role: z.enum(ROLES),
        message: z.string().nullable(),
        deadline_at: instantAnswer.nullable(),
      })
      .nullable(),
    artifacts: z.array(artifactAnswer),
    logs: z.array(logLineAnswer).meta({ description: 'The last lines of its latest execution' }),
  })
  .meta({ id: 'RunTask', description: 'A task of a run' })

const exampleRun = {
  id: 311,
  run_id: 311,
  schedule_id: 7,
  schedule_title: 'nightly report',
  version: 1,
  status: 'RUNNING',
  trigger: 'manual',
  params: { region: 'kr' },
  scheduled_time: '2026-02-28T17:00:00.000Z',
  created_at: '2026-02-28T17:00:00.004Z',
  started_at: '2026-02-28T17:00:00.012Z',
  finished_at: null,
  duration_ms: null,
  round: 1,
  created_by: 'eve',
  reason: null,
  error_message: null,
  parent: null,
  external_run_id: null,
  task_counts: { PENDING: 1, RUNNING: 0, SUCCESS: 0, FAILED: 0, TIMEOUT: 0, CANCELLED: 0, SKIPPED: 0 },
}

export const scheduleRunAnswer = listedRun.extend({ tasks: z.array(runTaskAnswer) }).meta({
  id: 'ScheduleRun',
  description: 'A run of a schedule with its tasks',
  example: {
    ...exampleRun,
    tasks: [
      {
        key: 'extract',
        status: 'PENDING',
        waiting_for: 'worker',
        reason: null,
        execution_id: 5021,
        attempts: 0,
        kind: 'handler',
        handler_name: 'sql',
        depends_on: [],
        trigger_rule: 'all_success',
        queue: 'default',
        priority: 0,
        created_at: '2026-02-28T17:00:00.012Z',
        started_at: null,
        finished_at: null,
        duration_ms: null,
        error_message: null,
        error: null,
        result: null,
        progress_percentage: null,
        current_step: null,
        worker_id: null,
        items: null,
        child_run: null,
        approval: null,
        artifacts: [],
        executions: [5021],
        logs: [],
      },
    ],
  },
})
export const scheduleRunPage = pageOfAnswers(
  listedRun.meta({ id: 'ScheduleRunItem', description: 'A run of a schedule', example: exampleRun }),
).meta({ id: 'ScheduleRunPage' })

export const taskItemPage = pageOfAnswers(
  taskFields
    .extend({
      item: z.int().meta({ description: 'Its place in the list, from 0' }),
      value: z.unknown().meta({ description: 'Of the list' }),
    })
    .meta({ id: 'TaskItem', description: 'An item of the list of a task with `for_each`' }),
).meta({ id: 'TaskItemPage' })

export const taskLogPage = pageOfAnswers(
  logLineAnswer
    .extend({
      execution_id: z.int().nullable().meta({ description: 'Null: another engine ran it' }),
    })
    .meta({ id: 'TaskLogLine' }),
).meta({ id: 'TaskLogPage' })

export const signalAnswer = z
  .object({ id: z.int(), released: z.int().meta({ description: 'Tasks that waited for it' }) })
  .meta({ id: 'SignalSent' })

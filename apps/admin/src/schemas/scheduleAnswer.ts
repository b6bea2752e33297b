import {
  DAY_MATCHES,
  ENGINE_STATES,
  FREQUENCIES,
  MISFIRE_POLICIES,
  OVERLAP_POLICIES,
  RUN_STATUSES,
  SCHEDULE_ENGINES,
  SCHEDULE_STATUSES,
} from '@jobu/db'
import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { WORDS } from './cronAnswer.ts'
import { instantAnswer, jsonObject } from './fields.ts'

/** As it is stored. */
const instant = z.iso.datetime()

const lastRun = z
  .object({
    id: z.int(),
    status: z.enum(RUN_STATUSES),
    scheduled_time: instantAnswer,
    started_at: instantAnswer.nullable(),
    finished_at: instantAnswer.nullable(),
    duration_ms: z.int().nullable(),
  })
  .meta({ id: 'ScheduleLastRun' })

const engineState = z
  .object({
    state: z.enum(ENGINE_STATES),
    message: z.string().nullable().meta({ description: 'What is wrong' }),
    since: instant,
    checked_at: instant,
    dag_id: z.string(),
    next_run_at: instant.nullable().meta({ description: 'As that engine says' }),
  })
  .meta({ id: 'EngineState', description: 'Of another engine: how far it has taken the schedule over' })

const tasks = z.array(jsonObject).meta({ description: 'As they were given; see the body of POST /schedules' })

const listedSchedule = z.object({
  id: z.int(),
  title: z.string(),
  description: z.string().nullable(),
  owner: z.string().nullable(),
  tags: z.array(z.string()),
  engine: z.enum(SCHEDULE_ENGINES),
  engine_state: engineState.nullable(),
  cron_expression: z.string().nullable().meta({ description: 'Null of a frequency, as it was given' }),
  frequency: z.enum(FREQUENCIES).nullable(),
  time: z.string().nullable(),
  minute: z.int().nullable(),
  day_of_week: z.int().nullable(),
  day_of_month: z.int().nullable(),
  timezone: z.string(),
  day_match: z.enum(DAY_MATCHES),
  start_date: instantAnswer.nullable(),
  end_date: instantAnswer.nullable(),
  is_enabled: z.boolean(),
  status: z
    .enum(SCHEDULE_STATUSES)
    .meta({ description: 'PAUSED: disabled. COMPLETED: nothing comes of its timing any more' }),
  overlap_policy: z.enum(OVERLAP_POLICIES),
  max_active_runs: z.int(),
  misfire_policy: z.enum(MISFIRE_POLICIES),
  misfire_limit: z.int(),
  misfire_grace_seconds: z.int(),
  notifications: jsonObject,
  version: z.int().meta({ description: 'Of its tasks: a change of them makes the next one' }),
  task_count: z.int(),
  next_run_at: instantAnswer.nullable(),
  last_run: lastRun.nullable(),
  last_status: z.enum(RUN_STATUSES).nullable(),
  disabled_reason: z.string().nullable(),
  schedule_in_words: z.string().meta({ description: WORDS }),
  created_at: instantAnswer,
  updated_at: instantAnswer,
})

const example = {
  id: 7,
  title: 'nightly report',
  description: null,
  owner: 'sales',
  tags: ['report'],
  engine: 'jobu',
  engine_state: null,
  cron_expression: '0 2 * * *',
  frequency: null,
  time: null,
  minute: null,
  day_of_week: null,
  day_of_month: null,
  timezone: 'Asia/Seoul',
  day_match: 'or',
  start_date: null,
  end_date: null,
  is_enabled: true,
  status: 'ACTIVE',
  overlap_policy: 'skip',
  max_active_runs: 16,
  misfire_policy: 'fire_once',
  misfire_limit: 100,
  misfire_grace_seconds: 86400,
  notifications: { on_success: false, on_failure: true, recipients: ['team@example.com'] },
  version: 1,
  task_count: 1,
  next_run_at: '2026-03-01T17:00:00.000Z',
  last_run: {
    id: 311,
    status: 'SUCCESS',
    scheduled_time: '2026-02-28T17:00:00.000Z',
    started_at: '2026-02-28T17:00:00.012Z',
    finished_at: '2026-02-28T17:00:04.207Z',
    duration_ms: 4195,
  },
  last_status: 'SUCCESS',
  disabled_reason: null,
  schedule_in_words: 'At 02:00 (Asia/Seoul)',
  created_at: '2026-02-11T01:12:43.120Z',
  updated_at: '2026-02-11T01:12:43.120Z',
}

export const scheduleAnswer = listedSchedule.extend({ tasks }).meta({
  id: 'Schedule',
  description: 'A workflow: its tasks, when it runs, and what becomes of its runs',
  example: {
    ...example,
    tasks: [{ key: 'extract', handler_name: 'sql', params: { statement: 'SELECT 1' } }],
  },
})
export const schedulePage = pageOfAnswers(
  listedSchedule.meta({ id: 'ScheduleItem', description: 'A workflow without its tasks', example }),
).meta({ id: 'SchedulePage' })

const versionFields = {
  version: z.int(),
  task_count: z.int(),
  created_by: z.string().nullable(),
  created_at: instantAnswer,
}
export const versionAnswer = z
  .object({ ...versionFields, tasks })
  .meta({ id: 'ScheduleVersion', description: 'The tasks of a schedule as they were at one time' })
export const versionPage = pageOfAnswers(z.object(versionFields).meta({ id: 'ScheduleVersionItem' })).meta({
  id: 'ScheduleVersionPage',
})

export const validationAnswer = z
  .object({
    valid: z.boolean(),
    faults: z.array(
      z.object({
        field: z.string(),
        message: z.string(),
        received: z.unknown().optional(),
        expected: z.unknown().optional(),
      }),
    ),
    order: z
      .array(z.array(z.string()))
      .meta({ description: 'The keys of its tasks, level by level; empty where they cannot be ordered' }),
    cron: z.string().nullable().meta({ description: 'The expression of its slots, also of a frequency' }),
    next: z.array(instantAnswer).meta({ description: 'When it runs next' }),
  })
  .meta({
    id: 'ScheduleValidation',
    example: {
      valid: false,
      faults: [
        {
          field: 'tasks[1].depends_on',
          message: 'closes a cycle: load -> clean -> load',
          received: 'array',
        },
      ],
      order: [],
      cron: '0 2 * * *',
      next: ['2026-03-01T17:00:00.000Z'],
    },
  })

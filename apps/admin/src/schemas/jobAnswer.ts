import { ATTEMPT_OUTCOMES, EXECUTION_STATUSES, PARAM_SOURCES, RETRY_BACKOFFS, WAITS } from '@jobu/db'
import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { instantAnswer, jsonObject } from './fields.ts'

const jobFields = z.object({
  id: z.int(),
  job_id: z.int().nullable().meta({ description: 'Its cron' }),
  cron_name: z.string().nullable(),
  handler_name: z.string(),
  params: jsonObject,
  param_source: z.enum(PARAM_SOURCES),
  scheduled_time: instantAnswer,
  run_at: instantAnswer.meta({ description: 'When this attempt is due: with jitter, or after a backoff' }),
  status: z.enum(EXECUTION_STATUSES),
  waiting_for: z.enum(WAITS).nullable(),
  priority: z.int(),
  queue: z.string(),
  attempt: z.int(),
  started_at: instantAnswer.nullable(),
  finished_at: instantAnswer.nullable(),
  duration_ms: z.int().nullable(),
  retry_count: z.int(),
  max_retry: z.int(),
  retry_delay_seconds: z.int(),
  retry_backoff: z.enum(RETRY_BACKOFFS),
  timeout_seconds: z.int().nullable(),
  progress_percentage: z.int().nullable(),
  current_step: z.string().nullable(),
  cancel_requested_at: instantAnswer.nullable(),
  reason: z.string().nullable(),
  error_message: z.string().nullable(),
  result: z.unknown(),
  worker_id: z.string().nullable(),
  created_at: instantAnswer,
})

const jobExample = {
  id: 1042,
  job_id: 42,
  cron_name: 'nightly backup',
  handler_name: 'http',
  params: { url: 'https://backup.example.com/run', method: 'POST' },
  param_source: 'cron',
  scheduled_time: '2026-02-28T17:00:00.000Z',
  run_at: '2026-02-28T17:00:00.000Z',
  status: 'SUCCESS',
  waiting_for: null,
  priority: 0,
  queue: 'default',
  attempt: 1,
  started_at: '2026-02-28T17:00:00.013Z',
  finished_at: '2026-02-28T17:00:02.450Z',
  duration_ms: 2437,
  retry_count: 0,
  max_retry: 3,
  retry_delay_seconds: 10,
  retry_backoff: 'exponential',
  timeout_seconds: 1800,
  progress_percentage: 100,
  current_step: null,
  cancel_requested_at: null,
  reason: null,
  error_message: null,
  result: { status: 200 },
  worker_id: 'worker-7f3a',
  created_at: '2026-02-28T17:00:00.004Z',
}

/** What is told of those that are read, not of those that were changed. */
export const listedJobFields = jobFields.extend({
  expected_finish_at: instantAnswer.nullable().meta({
    description:
      'Of one that is RUNNING: its start and the median duration of what succeeded of its cron, or under its handler, in the last 7 days; null where nothing did',
  }),
})

export const jobAnswer = jobFields.meta({ id: 'Job', description: 'An execution', example: jobExample })
export const jobPage = pageOfAnswers(
  listedJobFields
    .partial()
    .meta({ id: 'JobItem', description: 'An execution; with `fields`, those fields of it' }),
).meta({ id: 'JobPage' })

export const runAnswer = z
  .object({
    attempt: z.int(),
    status: z.enum([...ATTEMPT_OUTCOMES, 'RUNNING']),
    worker_id: z.string().nullable(),
    started_at: instantAnswer.nullable(),
    finished_at: instantAnswer.nullable(),
    duration_ms: z.int().nullable(),
    reason: z.string().nullable(),
    error_message: z.string().nullable(),
    error_stack: z.string().nullable(),
  })
  .meta({ id: 'Run', description: 'One try at an execution' })
export const runList = z.object({ items: z.array(runAnswer) }).meta({ id: 'RunList' })

export const logLineAnswer = z
  .object({
    logged_at: instantAnswer,
    attempt: z.int(),
    line: z.int(),
    level: z.string(),
    message: z.string(),
    fields: jsonObject.nullable(),
  })
  .meta({ id: 'LogLine' })
export const logPage = pageOfAnswers(logLineAnswer).meta({ id: 'LogPage' })

export const jobDetailAnswer = listedJobFields
  .extend({
    schedule_id: z
      .int()
      .nullable()
      .meta({ description: 'Of the task of a schedule that it is an execution of; null: of none' }),
    run_id: z.int().nullable(),
    task_key: z.string().nullable(),
    runs: z.array(runAnswer),
    logs: z.array(logLineAnswer),
  })
  .meta({ id: 'JobDetail', description: 'An execution with its runs and the last lines of its log' })

export const bulkJobsAnswer = z
  .object({ count: z.int(), ids: z.array(z.int()) })
  .meta({ id: 'BulkJobs', description: 'The jobs made, in the order given' })

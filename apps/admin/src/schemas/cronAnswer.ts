import { DAY_MATCHES, EXECUTION_STATUSES, MISFIRE_POLICIES, OVERLAP_POLICIES, RETRY_BACKOFFS } from '@jobu/db'
import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { instantAnswer, jsonObject } from './fields.ts'

/** Of the words for a schedule. */
export const WORDS = 'In the language of `Accept-Language`: English or Korean'

const cronExample = {
  id: 42,
  name: 'nightly backup',
  description: null,
  cron_expression: '0 2 * * *',
  schedule_in_words: 'At 02:00 (Asia/Seoul)',
  timezone: 'Asia/Seoul',
  day_match: 'or',
  handler_name: 'http',
  handler_params: { url: 'https://backup.example.com/run', method: 'POST' },
  is_enabled: true,
  overlap_policy: 'skip',
  allow_overlap: false,
  max_retry: 3,
  retry_delay_seconds: 10,
  retry_backoff: 'exponential',
  timeout_seconds: 1800,
  priority: 0,
  queue: 'default',
  misfire_policy: 'fire_once',
  misfire_limit: 100,
  misfire_grace_seconds: 86400,
  start_at: null,
  end_at: null,
  jitter_seconds: 0,
  max_runs: null,
  pause_after_failures: null,
  tags: ['backup'],
  owner: null,
  next_run_at: '2026-03-01T17:00:00.000Z',
  last_run_at: '2026-02-28T17:00:00.000Z',
  last_status: 'SUCCESS',
  completed_at: null,
  disabled_reason: null,
  run_count: 17,
  version: 1,
  created_at: '2026-02-11T01:12:43.120Z',
  updated_at: '2026-02-11T01:12:43.120Z',
}

export const cronAnswer = z
  .object({
    id: z.int(),
    name: z.string(),
    description: z.string().nullable(),
    cron_expression: z.string(),
    schedule_in_words: z.string().meta({ description: WORDS }),
    timezone: z.string(),
    day_match: z.enum(DAY_MATCHES),
    handler_name: z.string(),
    handler_params: jsonObject,
    is_enabled: z.boolean(),
    overlap_policy: z.enum(OVERLAP_POLICIES),
    allow_overlap: z.boolean(),
    max_retry: z.int(),
    retry_delay_seconds: z.int(),
    retry_backoff: z.enum(RETRY_BACKOFFS),
    timeout_seconds: z.int().nullable(),
    priority: z.int(),
    queue: z.string(),
    misfire_policy: z.enum(MISFIRE_POLICIES),
    misfire_limit: z.int(),
    misfire_grace_seconds: z.int(),
    start_at: instantAnswer.nullable(),
    end_at: instantAnswer.nullable(),
    jitter_seconds: z.int(),
    max_runs: z.int().nullable(),
    pause_after_failures: z.int().nullable(),
    tags: z.array(z.string()),
    owner: z.string().nullable(),
    next_run_at: instantAnswer.nullable(),
    last_run_at: instantAnswer.nullable(),
    last_status: z.enum(EXECUTION_STATUSES).nullable(),
    completed_at: instantAnswer.nullable(),
    disabled_reason: z.string().nullable(),
    run_count: z.int(),
    version: z.int(),
    created_at: instantAnswer,
    updated_at: instantAnswer,
  })
  .meta({ id: 'Cron', description: 'A cron job', example: cronExample })

export const cronPage = pageOfAnswers(
  cronAnswer.partial().meta({ id: 'CronItem', description: 'A cron job; with `fields`, those fields of it' }),
).meta({ id: 'CronPage' })

export const previewAnswer = z
  .object({
    next: z.array(instantAnswer).meta({ description: 'When it fires next' }),
    description: z.string().meta({ description: WORDS, example: 'At 09:00 (Asia/Seoul)' }),
    daylight_saving: z
      .array(z.object({ at: instantAnswer, effect: z.string() }))
      .optional()
      .meta({ description: "Runs that a change of the clocks moved, or that show another run's time" }),
  })
  .meta({ id: 'CronPreview' })

import { setTimeout as delay } from 'node:timers/promises'
import { FINAL_STATUSES, type Job } from '../api/types.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { durationText, parseDuration, parseTime, timeText } from '../output/times.ts'
import { jsonObject } from './arguments.ts'

/** How often a job is looked at while it is waited for, in milliseconds: soon first, then less often. */
const FIRST_LOOK_MS = 50
const LONGEST_PAUSE_MS = 1_000

export interface RunOptions {
  params?: string
  at?: string
  priority?: number
  queue?: string
  maxRetry?: number
  timeout?: string
  idempotencyKey?: string
  wait?: boolean
}

/** @throws CliError where the job was waited for and did not succeed */
export async function runJob(context: Context, options: RunOptions, handler?: string): Promise<void> {
  const job = await context.api.jobs.create({
    handler_name: handler,
    params: options.params === undefined ? undefined : jsonObject(options.params, '--params'),
    scheduled_time: options.at === undefined ? undefined : parseTime(options.at, context.timezone),
    priority: options.priority,
    queue: options.queue,
    max_retry: options.maxRetry,
    timeout_seconds: options.timeout === undefined ? undefined : parseDuration(options.timeout),
    idempotency_key: options.idempotencyKey,
  })
  if (!options.wait) {
    const at = timeText(job.scheduled_time, context.timezone)
    context.show(
      job,
      () => `job ${job.id} is ${job.status}${options.at === undefined ? '' : `, for ${at}`}\n`,
    )
    return
  }
  const ended = await settled(context, job)
  context.show(
    ended,
    () =>
      `job ${ended.id} is ${ended.status} after ${durationText(ended.duration_ms)}\n` +
      (ended.result ? `${JSON.stringify(ended.result, null, 2)}\n` : ''),
  )
  if (ended.status !== 'SUCCESS') {
    throw new CliError(`job ${ended.id} ended ${ended.status}: ${ended.error_message ?? 'without a message'}`)
  }
}

async function settled({ api, io, say, isJson }: Context, created: Job): Promise<Job> {
  let job = created
  let status = ''
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    if (!isJson && status !== job.status) say(`job ${job.id} is ${job.status}`)
    status = job.status
    if (FINAL_STATUSES.includes(status)) return job
    await delay(pauseMs, undefined, { signal: io.signal })
    const { runs: _, logs: __, ...fields } = await api.jobs.get(job.id)
    job = fields as Job
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { followStream, StreamUnavailable } from '../api/followStream.ts'
import type { Context } from '../context.ts'
import { statusText } from '../output/paint.ts'
import { printable } from '../output/table.ts'
import { durationText, timeText } from '../output/times.ts'
import { listOf } from './arguments.ts'

const POLL_MS = 2_000
/** How many of the newest executions a poll looks at. */
const POLL_SIZE = 100

export interface TailOptions {
  cron?: string
  handler?: string
  status?: string
}

/** What `GET /events` says of an execution, or `GET /jobs` in its place. */
interface Change {
  id: number
  status: string
  job_id?: number | null
  cron_name?: string | null
  handler_name?: string
  attempt?: number
  progress_percentage?: number | null
  current_step?: string | null
  duration_ms?: number | null
  error_message?: string | null
  worker_id?: string | null
}

/**
 * Prints each change of an execution as it happens: from the server's events, resumed after a lost connection, or by
 * asking for the newest executions where the server has no events.
 */
export async function tailJobs(context: Context, options: TailOptions): Promise<void> {
  const cronId = options.cron === undefined ? undefined : (await context.api.crons.find(options.cron)).id
  const statuses = options.status && listOf(options.status.toUpperCase())
  const matches = (change: Change) =>
    (cronId === undefined || change.job_id === cronId) &&
    (!options.handler || change.handler_name === options.handler) &&
    (!statuses || statuses.includes(change.status))
  const print = (change: Change) => {
    if (matches(change)) {
      context.io.stdout(`${context.isJson ? JSON.stringify(change) : changeText(context, change)}\n`)
    }
  }
  try {
    const stream = followStream(context.api.connection, '/events', {
      query: {
        topics: 'executions',
        cron_id: cronId,
        handler_name: options.handler,
        status: statuses,
      },
      signal: context.io.signal,
      onLost: (reason) => context.say(`jobu: ${reason}; resuming`),
    })
    for await (const { event, data } of stream) {
      if (event === 'execution' && isChange(data)) print(data)
      else if (event === 'more' || event === 'resync') context.say(`jobu: ${missedText(data as Missed)}`)
    }
  } catch (error) {
    if (!(error instanceof StreamUnavailable)) throw error
    context.say('jobu: the server has no events, asking every two seconds')
    await poll(context, { cron_id: cronId, handler_name: options.handler }, print)
  }
}

/** What the server says instead of changes that it does not tell one by one. */
interface Missed {
  counts?: Record<string, number>
  reason?: string
}

function missedText({ counts, reason }: Missed): string {
  if (!counts) return `some changes may have been missed (${reason ?? 'unknown'}); jobs list has the state`
  const parts = Object.entries(counts).map(([status, count]) => `${count} ${status}`)
  return `and more that are not shown one by one: ${parts.join(', ')}`
}

async function poll(
  { api, io }: Context,
  filter: { cron_id?: number; handler_name?: string },
  print: (change: Change) => void,
): Promise<never> {
  let known: Map<number, string> | undefined
  for (;;) {
    const { items } = await api.jobs.list({ ...filter, size: POLL_SIZE })
    const states = new Map(items.map((job) => [job.id, stateOf(job)]))
    // Those there at the first look have not changed while someone watched.
    for (const job of items.toReversed()) if (known && known.get(job.id) !== states.get(job.id)) print(job)
    known = new Map([...(known ?? []), ...states].slice(-POLL_SIZE * 10))
    await delay(POLL_MS, undefined, { signal: io.signal })
  }
}

const stateOf = (job: Change) =>
  [job.status, job.attempt, job.progress_percentage, job.current_step].join('\n')

function isChange(data: unknown): data is Change {
  return typeof data === 'object' && data !== null && 'id' in data && 'status' in data
}

function changeText({ timezone, paint }: Context, change: Change): string {
  const { progress_percentage: progress, current_step: step, worker_id: worker } = change
  const name = [change.cron_name, change.handler_name].filter(Boolean).map((one) => printable(one!))
  const details = [
    change.attempt && change.attempt > 1 ? `attempt ${change.attempt}` : undefined,
    typeof progress === 'number' && change.status === 'RUNNING' ? `${progress} %` : undefined,
    step && change.status === 'RUNNING' ? printable(step) : undefined,
    typeof change.duration_ms === 'number' ? durationText(change.duration_ms) : undefined,
    change.error_message ? printable(change.error_message).replace(/\s*\n\s*/g, ' ') : undefined,
    worker && change.status === 'RUNNING' ? `on ${printable(worker)}` : undefined,
  ].filter((one) => one !== undefined)
  const status = statusText(change.status, paint) + ' '.repeat(Math.max(0, 9 - change.status.length))
  return `${timeText(new Date(), timezone)}  ${change.id}  ${status}  ${[name.join(' '), ...details].join('  ')}`
}

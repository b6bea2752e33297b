import type { Command } from 'commander'
import type { Job } from '../api/types.ts'
import { action, type Context } from '../context.ts'
import type { Io } from '../io.ts'
import { statusText } from '../output/paint.ts'
import { type Column, printable, table } from '../output/table.ts'
import { durationText, sentenceText, timeText } from '../output/times.ts'
import { tree } from '../output/tree.ts'
import { idsOf, wholeNumber } from './arguments.ts'
import { type BulkOptions, bulkJobs } from './bulkJobs.ts'
import { sayRest } from './crons.ts'
import { followLogs, logText } from './followLogs.ts'
import { addJobFilter, type JobFilterOptions, jobFilterOf } from './jobFilter.ts'
import { type RunOptions, runJob } from './runJob.ts'
import { type TailOptions, tailJobs } from './tailJobs.ts'

export function addJobCommands(program: Command, io: Io): void {
  const jobs = program.command('jobs').description('executions')

  addJobFilter(jobs.command('list').description('list executions, newest first'))
    .option('--page <number>', 'which page', wholeNumber)
    .option('--size <number>', 'how many on a page, at most 200', wholeNumber)
    .option('--cursor <cursor>', 'the page after this one')
    .option('--order-by <field>', 'with a leading - for descending')
    .action(action<ListOptions>(io, listJobs))

  jobs
    .command('get <id>')
    .description('show one execution, its runs and the end of its log')
    .action(
      action(io, async (context, _options: object, id) => {
        const job = await context.api.jobs.get(idsOf([id!])[0]!)
        const { runs, logs, ...fields } = job
        context.show(job, () =>
          [
            tree(fields, context.timezone),
            runs.length > 0 ? `runs:\n${tree(runs, context.timezone, '  ')}` : '',
            logs.length > 0 ? `log:\n${logs.map((line) => `  ${logText(context, line)}\n`).join('')}` : '',
          ].join(''),
        )
      }),
    )

  jobs
    .command('why <id>')
    .description('why it is not running, or did not run')
    .action(
      action(io, async (context, _options: object, id) => {
        const answer = await context.api.jobs.why(idsOf([id!])[0]!)
        const { status, verdict, explanation } = answer
        context.show(
          answer,
          () =>
            `job ${id} is ${status} (${verdict})\n${printable(sentenceText(explanation, context.timezone))}\n`,
        )
      }),
    )

  jobs
    .command('logs <id>')
    .description('what its handler logged')
    .option('-f, --follow', 'go on until it is final')
    .option('--attempt <number>', 'of this attempt', wholeNumber)
    .option('--level <level>', 'of this level and worse: debug, info, warn, error')
    .action(
      action(io, (context, { follow, attempt, level }: LogOptions, id) =>
        followLogs(context, idsOf([id!])[0]!, { isFollowing: follow ?? false, filter: { attempt, level } }),
      ),
    )

  jobs
    .command('tail')
    .description('changes of executions as they happen, until Ctrl+C')
    .option('--cron <name|id>', 'of this cron')
    .option('--handler <name>', 'of this handler')
    .option('--status <statuses>', 'that came to one of these')
    .action(action<TailOptions>(io, tailJobs))

  jobs
    .command('run <handler>')
    .description('enqueue a job')
    .option('--params <json>', 'an object; @file reads it from a file')
    .option('--at <time>', 'when: ISO, a wall time of --timezone, +30m (default: now)')
    .option('--priority <number>', 'higher first', wholeNumber)
    .option('--queue <name>', 'the queue')
    .option('--max-retry <number>', 'tries after the first', wholeNumber)
    .option('--timeout <duration>', 'such as 30s or 5m')
    .option('--idempotency-key <key>', 'the same request under the same key makes one job')
    .option('--wait', 'until it is final; exit code 0 if it succeeded, else 1')
    .action(action<RunOptions>(io, runJob))

  const bulk = {
    retry: 'bring FAILED, TIMEOUT and CANCELLED executions back to PENDING',
    cancel: 'cancel executions',
    delete: 'delete executions that are PENDING or final',
  } as const
  for (const [verb, description] of Object.entries(bulk)) {
    addJobFilter(jobs.command(`${verb} [ids...]`).description(`${description}: by id, or all that match`))
      .option('--dry-run', 'only say how many match')
      .option('--yes', 'do not ask')
      .action(
        action<BulkOptions>(io, (context, options, ids) =>
          bulkJobs(context, verb as keyof typeof bulk, idsOf(ids as unknown as string[]), options),
        ),
      )
  }
}

interface LogOptions {
  follow?: boolean
  attempt?: number
  level?: string
}

type ListOptions = JobFilterOptions & { page?: number; size?: number; cursor?: string; orderBy?: string }

async function listJobs(context: Context, options: ListOptions): Promise<void> {
  const page = await context.api.jobs.list({
    ...(await jobFilterOf(context, options)),
    page: options.page,
    size: options.size,
    cursor: options.cursor,
    order_by: options.orderBy,
  })
  context.show(page, () => table(page.items, jobColumns(context), context.io.width))
  sayRest(context, page)
}

const jobColumns = ({ timezone, paint }: Context): Column<Job>[] => [
  ['id', (job) => job.id],
  ['cron', (job) => job.cron_name && printable(job.cron_name)],
  ['handler', (job) => printable(job.handler_name)],
  ['status', (job) => statusText(job.status, paint)],
  ['scheduled', (job) => timeText(job.scheduled_time, timezone)],
  ['started', (job) => timeText(job.started_at, timezone)],
  ['took', (job) => durationText(job.duration_ms)],
  ['try', (job) => job.attempt],
  ['error', (job) => job.error_message && printable(job.error_message)],
]

import type { Command } from 'commander'
import type { Query } from '../api/request.ts'
import type { Context } from '../context.ts'
import { parseTime } from '../output/times.ts'
import { listOf, wholeNumber } from './arguments.ts'

/** Which executions are meant: the filters of `GET /jobs`. */
export interface JobFilterOptions {
  cron?: string
  status?: string[]
  handler?: string
  queue?: string
  from?: string
  to?: string
  q?: string
  source?: string[]
  priority?: number
}

export function addJobFilter(command: Command): Command {
  return command
    .option('--cron <name|id>', 'of this cron')
    .option('--status <statuses>', 'PENDING, RUNNING, SUCCESS, FAILED, TIMEOUT, CANCELLED, SKIPPED', listOf)
    .option('--handler <name>', 'of this handler')
    .option('--queue <name>', 'in this queue')
    .option('--from <time>', 'scheduled then or later: ISO, a wall time of --timezone, now, -2h')
    .option('--to <time>', 'scheduled before then')
    .option('--q <text>', 'that hold this text')
    .option('--source <sources>', 'cron, api, schedule, event', listOf)
    .option('--priority <number>', 'of this priority', wholeNumber)
}

/** The filter as the API names it; a cron's name becomes its id. */
export async function jobFilterOf(context: Context, options: JobFilterOptions): Promise<Query> {
  const filter = {
    cron_id: options.cron === undefined ? undefined : (await context.api.crons.find(options.cron)).id,
    status: options.status?.map((status) => status.toUpperCase()),
    handler_name: options.handler,
    queue: options.queue,
    from_date: options.from && parseTime(options.from, context.timezone),
    to_date: options.to && parseTime(options.to, context.timezone),
    q: options.q,
    param_source: options.source,
    priority: options.priority,
  }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

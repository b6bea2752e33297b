import type { Command } from 'commander'
import { MAX_PAGE } from '../api/api.ts'
import type { Cron, NextRuns, Page, Slot } from '../api/types.ts'
import { action, type Context } from '../context.ts'
import { usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { statusText } from '../output/paint.ts'
import { type Column, printable } from '../output/table.ts'
import { durationText, parseTime, sentenceText, timeText } from '../output/times.ts'
import { tree } from '../output/tree.ts'
import { addApplyCommand } from './applyCommand.ts'
import { jsonObject, wholeNumber } from './arguments.ts'
import { addExportCommand } from './exportCommand.ts'

export function addCronCommands(program: Command, io: Io): void {
  const crons = program.command('crons').description('cron jobs')

  crons
    .command('list')
    .description('list crons')
    .option('--tag <tag>', 'those with this tag')
    .option('--enabled', 'those that are enabled')
    .option('--disabled', 'those that are not')
    .option('--handler <name>', 'those that run this handler')
    .option('--q <text>', 'those whose name or description holds this text')
    .option('--page <number>', 'which page', wholeNumber)
    .option('--size <number>', 'how many on a page, at most 200', wholeNumber)
    .option('--cursor <cursor>', 'the page after this one')
    .option('--order-by <field>', 'with a leading - for descending')
    .option('--all', 'every page')
    .action(action<ListOptions>(io, listCrons))

  crons
    .command('get <name|id>')
    .description('show one cron')
    .action(
      action(io, async (context, _options: object, name) => {
        const cron = await context.api.crons.find(name!)
        context.show(cron, () => tree(cron, context.timezone))
      }),
    )

  crons
    .command('next <name|id>')
    .description('when it runs next')
    .option('--count <number>', 'how many runs', wholeNumber, 10)
    .action(
      action(io, async (context, { count }: { count: number }, name) => {
        const { id } = await context.api.crons.find(name!)
        showInstants(context, await context.api.crons.next(id, count))
      }),
    )

  crons
    .command('preview <expression>')
    .description('when an expression would run, in the zone of --timezone')
    .option('--count <number>', 'how many runs', wholeNumber, 10)
    .option('--day-match <rule>', 'with both day fields set: or, and')
    .action(
      action(io, async (context, options: { count: number; dayMatch?: string }, expression) => {
        const preview = await context.api.crons.preview({
          cron_expression: expression!,
          timezone: context.givenTimezone,
          day_match: options.dayMatch,
          count: options.count,
        })
        showInstants(context, preview)
      }),
    )

  crons
    .command('slots <name|id>')
    .description('every due instant with what became of it, of the last day unless told otherwise')
    .option('--from <time>', 'inclusive')
    .option('--to <time>', 'exclusive')
    .option('--verdict <verdict>', 'those with this one')
    .option('--size <number>', 'how many on a page, at most 200', wholeNumber, MAX_PAGE)
    .option('--cursor <cursor>', 'the page after this one')
    .action(action<SlotOptions>(io, listSlots))

  for (const isEnabled of [true, false]) {
    crons
      .command(`${isEnabled ? 'enable' : 'disable'} <name|id>`)
      .description(isEnabled ? 'let it fire' : 'keep it from firing')
      .action(
        action(io, async (context, _options: object, name) => {
          const { id } = await context.api.crons.find(name!)
          const cron = await context.api.crons.toggle(id, isEnabled)
          const when = cron.next_run_at ? `, next run ${timeText(cron.next_run_at, context.timezone)}` : ''
          context.show(cron, () => `${cron.name} is ${isEnabled ? `enabled${when}` : 'disabled'}\n`)
        }),
      )
  }

  crons
    .command('run <name|id>')
    .description('run it now')
    .option('--params <json>', "instead of the cron's own; @file reads them from a file")
    .action(
      action(io, async (context, { params }: { params?: string }, name) => {
        const given = params === undefined ? undefined : jsonObject(params, '--params')
        const { id } = await context.api.crons.find(name!)
        const job = await context.api.crons.trigger(id, given)
        context.show(job, () => `job ${job.id} is ${job.status}\n`)
      }),
    )

  crons
    .command('delete <name|id>')
    .description('delete it; what of it has not finished is cancelled')
    .option('--yes', 'do not ask')
    .action(
      action(io, async (context, { yes }: { yes?: boolean }, name) => {
        const cron = await context.api.crons.find(name!)
        if (!yes) await context.confirm(`Delete the cron ${cron.name}?`)
        await context.api.crons.remove(cron.id)
        context.show({ deleted: [cron.id] }, () => `deleted ${cron.name}\n`)
      }),
    )

  crons
    .command('backfill <name|id>')
    .description('run the slots of a past time that have not run')
    .requiredOption('--from <time>', 'exclusive')
    .requiredOption('--to <time>', 'inclusive')
    .option('--dry-run', 'only say how many would run')
    .option('--max-active <number>', 'how many may be active at once', wholeNumber)
    .option('--params <json>', "instead of the cron's own; @file reads them from a file")
    .action(action<BackfillOptions>(io, backfill))

  addApplyCommand(crons, io)
  addExportCommand(crons, io)
}

interface ListOptions {
  tag?: string
  enabled?: boolean
  disabled?: boolean
  handler?: string
  q?: string
  page?: number
  size?: number
  cursor?: string
  orderBy?: string
  all?: boolean
}

async function listCrons(context: Context, options: ListOptions): Promise<void> {
  if (options.enabled && options.disabled) throw usageError('give --enabled or --disabled, not both')
  const filter = {
    tag: options.tag,
    is_enabled: options.enabled ? true : options.disabled ? false : undefined,
    handler_name: options.handler,
    q: options.q,
    order_by: options.orderBy,
  }
  const page = options.all
    ? await context.api.crons
        .all(Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)))
        .then((items) => ({ items, total: items.length }))
    : await context.api.crons.list({
        ...filter,
        page: options.page,
        size: options.size,
        cursor: options.cursor,
      })
  context.showTable(page, page.items, cronColumns(context))
  sayRest(context, page)
}

const cronColumns = ({ timezone, paint }: Context): Column<Cron>[] => [
  ['id', (cron) => cron.id],
  ['name', (cron) => printable(cron.name)],
  ['expression', (cron) => cron.cron_expression],
  ['zone', (cron) => cron.timezone],
  ['handler', (cron) => printable(cron.handler_name)],
  ['state', (cron) => (cron.is_enabled ? 'enabled' : paint('yellow', 'disabled'))],
  ['last', (cron) => statusText(cron.last_status, paint)],
  ['next run', (cron) => timeText(cron.next_run_at, timezone)],
  ['tags', (cron) => printable(cron.tags.join(','))],
]

interface BackfillOptions {
  from: string
  to: string
  dryRun?: boolean
  maxActive?: number
  params?: string
}

async function backfill(context: Context, options: BackfillOptions, name?: string): Promise<void> {
  const body = {
    from: parseTime(options.from, context.timezone),
    to: parseTime(options.to, context.timezone),
    max_active: options.maxActive,
    params: options.params === undefined ? undefined : jsonObject(options.params, '--params'),
  }
  const { id } = await context.api.crons.find(name!)
  const answer = await context.api.crons.backfill(id, body, options.dryRun ?? false)
  const { ids: _, ...counts } = answer
  context.show(answer, () => tree(counts, context.timezone))
}

interface SlotOptions {
  from?: string
  to?: string
  verdict?: string
  size: number
  cursor?: string
}

async function listSlots(context: Context, options: SlotOptions, name?: string): Promise<void> {
  const { from, to, verdict, size, cursor } = options
  const { id } = await context.api.crons.find(name!)
  const page = await context.api.crons.slots(id, {
    ...{ verdict: verdict?.toUpperCase(), size, cursor },
    from: from && parseTime(from, context.timezone),
    to: to && parseTime(to, context.timezone),
  })
  const columns: Column<Slot>[] = [
    ['slot', (slot) => timeText(slot.scheduled_time, context.timezone)],
    ['verdict', (slot) => statusText(slot.verdict, context.paint)],
    ['job', (slot) => slot.job_id],
    ['late', (slot) => durationText(slot.late_ms)],
    ['took', (slot) => durationText(slot.duration_ms)],
    [
      'explanation',
      (slot) => slot.explanation && printable(sentenceText(slot.explanation, context.timezone)),
    ],
  ]
  context.showTable(page, page.items, columns)
  if (context.isJson) return
  const counts = Object.entries(page.summary ?? {}).map(([what, count]) => `${count} ${what}`)
  if (counts.length > 0) context.say(counts.join(', '))
  if (page.next_cursor) context.say(`--cursor ${page.next_cursor} shows more`)
}

function showInstants(context: Context, preview: NextRuns): void {
  const effects = new Map(preview.daylight_saving?.map(({ at, effect }) => [at, effect]))
  const runs = preview.next.map((at) => {
    const effect = effects.get(at)
    return `  ${timeText(at, context.timezone)}${effect ? ` (daylight saving: ${effect})` : ''}`
  })
  context.show(preview, () => [preview.description, ...runs].map((line) => `${line}\n`).join(''))
  if (context.isJson) return
  if (preview.ends) context.say(`no more runs than these: ${preview.ends}`)
  if (preview.scheduler_running === false) context.say('the scheduler is stopped')
}

/** Says on stderr that a list goes on. */
export function sayRest(context: Context, page: Page<unknown>): void {
  const { items, total, next_cursor: cursor } = page
  if (context.isJson || cursor === null || items.length >= total) return
  const more = cursor === undefined ? `--page ${(page.page ?? 1) + 1}` : `--cursor ${cursor}`
  context.say(
    `${items.length} of ${total}${page.total_is_exact === false ? ' or more' : ''}; ${more} shows more`,
  )
}

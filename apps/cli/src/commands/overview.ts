import type { Command } from 'commander'
import { action } from '../context.ts'
import type { Io } from '../io.ts'
import { statusText } from '../output/paint.ts'
import { type Column, printable } from '../output/table.ts'
import { parseTime, timeText } from '../output/times.ts'
import { tree } from '../output/tree.ts'

type Row = Record<string, unknown>

/** Lists of names, and how many there are beyond the first few. */
const names = (list: unknown): string => (Array.isArray(list) ? printable(list.join(',')) : '-')

export function addOverviewCommands(program: Command, io: Io): void {
  program
    .command('workers')
    .description('worker processes')
    .command('list')
    .description('list workers')
    .action(
      action(io, async (context) => {
        const page = await context.api.workers()
        const columns: Column<Row>[] = [
          ['id', (row) => row.id],
          ['host', (row) => row.hostname],
          ['status', (row) => statusText(row.status, context.paint)],
          ['running', (row) => `${row.running ?? '-'}/${row.pool_size ?? '-'}`],
          ['queues', (row) => names(row.queues)],
          ['started', (row) => timeText(row.started_at, context.timezone)],
          ['heartbeat', (row) => timeText(row.heartbeat_at, context.timezone)],
          ['handlers', (row) => names(row.handlers)],
        ]
        context.showTable(page, page.items, columns)
      }),
    )

  program
    .command('handlers')
    .description('what jobs can run')
    .command('list')
    .description('list handlers')
    .action(
      action(io, async (context) => {
        const page = await context.api.handlers()
        const columns: Column<Row>[] = [
          ['name', (row) => row.name],
          ['workers', (row) => (Array.isArray(row.workers) ? row.workers.length : row.workers)],
          ['description', (row) => (typeof row.description === 'string' ? printable(row.description) : null)],
        ]
        context.showTable(page, page.items, columns)
      }),
    )

  program
    .command('stats')
    .description('statistics')
    .command('summary')
    .description('what ran, how late and how long')
    .option('--from <time>', 'inclusive')
    .option('--to <time>', 'exclusive')
    .action(
      action(io, async (context, { from, to }: { from?: string; to?: string }) => {
        const answer = await context.api.statsSummary({
          from_date: from && parseTime(from, context.timezone),
          to_date: to && parseTime(to, context.timezone),
        })
        context.show(answer, () => tree(answer, context.timezone))
      }),
    )
}

import type { Command } from 'commander'
import { action } from '../context.ts'
import type { Io } from '../io.ts'
import { statusText } from '../output/paint.ts'
import { type Column, printable } from '../output/table.ts'
import { timeText } from '../output/times.ts'
import { tree } from '../output/tree.ts'

type Row = Record<string, unknown>

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
          ['workers', (row) => (Array.isArray(row.worker_ids) ? row.worker_ids.length : null)],
          ['crons', (row) => row.cron_count],
          ['description', (row) => (typeof row.description === 'string' ? printable(row.description) : null)],
        ]
        context.showTable(page, page.items, columns)
      }),
    )

  program
    .command('stats')
    .description('statistics')
    .command('summary')
    .description('today, the last hour and the last 24 hours; days are those of --timezone')
    .action(
      action(io, async (context) => {
        // Days begin where those who read them are.
        const answer = await context.api.statsSummary({ timezone: context.timezone })
        context.show(answer, () => tree(answer, context.timezone))
      }),
    )
}

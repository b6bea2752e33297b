import type { Command } from 'commander'
import { action } from '../context.ts'
import { cronEntry, writeCronFile } from '../cronFile/writeCronFile.ts'
import type { Io } from '../io.ts'

interface ExportOptions {
  tag?: string
  handler?: string
  q?: string
}

export function addExportCommand(crons: Command, io: Io): void {
  crons
    .command('export')
    .description('print crons as YAML for apply, by name')
    .option('--tag <tag>', 'those with this tag')
    .option('--handler <name>', 'those that run this handler')
    .option('--q <text>', 'those whose name or description holds this text')
    .action(
      action(io, async (context, { tag, handler, q }: ExportOptions) => {
        const filter = { ...(tag && { tag }), ...(handler && { handler_name: handler }), ...(q && { q }) }
        const found = await context.api.crons.all(filter)
        // By code unit, so that every machine sorts alike.
        found.sort((a, b) => (a.name < b.name ? -1 : 1))
        context.show({ crons: found.map(cronEntry) }, () => writeCronFile(found))
      }),
    )
}

import type { Command } from 'commander'
import { action } from '../context.ts'
import type { Io } from '../io.ts'
import { parseDuration } from '../output/times.ts'
import { tree } from '../output/tree.ts'

export function addSchedulerCommands(program: Command, io: Io): void {
  const scheduler = program.command('scheduler').description('the scheduler as a whole')
  const commands = {
    status: 'whether it runs, what it runs, what waits',
    start: 'start it',
    stop: 'stop it: nothing new is dispatched or claimed, what runs finishes',
  } as const
  for (const [name, description] of Object.entries(commands)) {
    const command = scheduler.command(name).description(description)
    if (name === 'start') command.option('--dry-run', 'only say what would run at once')
    command.action(
      action(io, async (context, { dryRun }: { dryRun?: boolean }) => {
        const answer = await context.api.scheduler[name as keyof typeof commands](dryRun)
        context.show(answer, () => tree(answer, context.timezone))
      }),
    )
  }
  scheduler
    .command('reserve <reason>')
    .description('hold the queue for a maintenance window')
    .requiredOption('--ttl <duration>', 'for how long at most, such as 30m')
    .action(
      action(io, async (context, { ttl }: { ttl: string }, reason) => {
        const seconds = parseDuration(ttl)
        const answer = await context.api.scheduler.reserve({ reason: reason!, ttl_seconds: seconds })
        context.show(answer, () => tree(answer, context.timezone))
      }),
    )
  scheduler
    .command('release')
    .description('let the queue go')
    .action(
      action(io, async (context) => {
        const answer = await context.api.scheduler.release()
        context.show(answer ?? { released: true }, () => 'released\n')
      }),
    )
}

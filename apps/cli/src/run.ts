import { Command, CommanderError } from 'commander'
import { addCronCommands } from './commands/crons.ts'
import { addImportCommands } from './commands/importCommands.ts'
import { addJobCommands } from './commands/jobs.ts'
import { addOverviewCommands } from './commands/overview.ts'
import { addSchedulerCommands } from './commands/scheduler.ts'
import { CliError, EXIT } from './errors.ts'
import type { Io } from './io.ts'
import { DEFAULT_TIMEZONE, DEFAULT_URL } from './settings.ts'

/** Commands that work on the database directly, and read their own arguments. */
export type AccessCommand = (args: string[], io: Io) => Promise<number>
const ACCESS_COMMANDS = { user: 'people who sign in with a password', token: 'bearer tokens of programs' }

/**
 * One command, from its arguments to its exit code.
 *
 * @param access  `user ...` and `token ...`, with the word itself first; where it is left out they do not exist
 */
export async function run(args: string[], io: Io, access?: AccessCommand): Promise<number> {
  try {
    if (access && args[0] !== undefined && Object.hasOwn(ACCESS_COMMANDS, args[0]))
      return await access(args, io)
    await programOf(io, access !== undefined).parseAsync(args, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    return report(error, io)
  }
}

function programOf(io: Io, hasAccess: boolean): Command {
  const program = new Command('jobu')
    .description('Crons, jobs and the scheduler of jobu, over its REST API.')
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr, getOutHasColors: () => false })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help says more)')
    .option(
      '--url <url>',
      `where admin is (default: JOBU_URL, else what npm start runs, else ${DEFAULT_URL})`,
    )
    .option('--token <token>', 'bearer token (default: JOBU_TOKEN, else the one that npm start keeps)')
    .option('--token-file <path>', 'a file that holds the token')
    .option('--json', 'print JSON, times in UTC')
    .option('--timezone <zone>', `the zone of times (default: ${DEFAULT_TIMEZONE})`)
  addCronCommands(program, io)
  addJobCommands(program, io)
  addSchedulerCommands(program, io)
  addOverviewCommands(program, io)
  addImportCommands(program, io)
  for (const [name, what] of hasAccess ? Object.entries(ACCESS_COMMANDS) : []) {
    program.command(name).description(`${what}, on the database directly; see jobu ${name} --help`)
  }
  program.addHelpText(
    'after',
    '\nExit codes: 0 fine, 1 the request failed, 2 wrong usage, 3 the server cannot be reached.',
  )
  return program
}

function report(error: unknown, io: Io): number {
  // What commander says it has said.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (io.signal.aborted) return EXIT.interrupted
  if (error instanceof CliError) {
    io.stderr(`jobu: ${error.message}\n${error.lines.map((line) => `  ${line}\n`).join('')}`)
    return error.exitCode
  }
  io.stderr(`jobu: ${(error as Error)?.stack ?? error}\n`)
  return EXIT.failed
}

import type { Command } from 'commander'
import { Api } from './api/api.ts'
import { CliError, EXIT } from './errors.ts'
import type { Io } from './io.ts'
import { coloured, type Paint, plain } from './output/paint.ts'
import { type Column, table } from './output/table.ts'
import { connectionOf, type GlobalOptions, timezoneOf } from './settings.ts'

/** What a command works with. */
export interface Context {
  io: Io
  api: Api
  isJson: boolean
  /** The zone of every time shown to people. */
  timezone: string
  /** The zone, where one was given on the command line. */
  givenTimezone: string | undefined
  paint: Paint
  /** Prints the payload: the value for scripts, the text for people. */
  show(value: unknown, text: () => string): void
  showTable<T>(value: unknown, rows: readonly T[], columns: readonly Column<T>[]): void
  /** Says something beside the payload. */
  say(text: string): void
  /** Asks before what cannot be undone. @throws CliError where the answer is no, or nobody can be asked */
  confirm(question: string): Promise<void>
}

/** Runs a command with its context; the options of its own come first, its arguments after them. */
export function action<Options>(
  io: Io,
  run: (context: Context, options: Options, ...args: string[]) => Promise<void>,
): (...args: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command
    const options = command.optsWithGlobals<GlobalOptions & Options>()
    await run(contextOf(io, options), options, ...(given.slice(0, -2) as string[]))
  }
}

function contextOf(io: Io, options: GlobalOptions): Context {
  const timezone = timezoneOf(options)
  const isJson = options.json ?? false
  const context: Context = {
    io,
    api: new Api(connectionOf(options, io), io.signal),
    isJson,
    timezone,
    givenTimezone: options.timezone,
    paint: io.width !== null && !io.env.NO_COLOR && !isJson ? coloured : plain,
    show: (value, text) => io.stdout(isJson ? `${JSON.stringify(value, null, 2)}\n` : text()),
    showTable: (value, rows, columns) => context.show(value, () => table(rows, columns, io.width)),
    say: (text) => io.stderr(`${text}\n`),
    async confirm(question) {
      if (!io.ask) throw new CliError(`${question} There is no terminal to ask on: give --yes`, EXIT.usage)
      if (!/^y(es)?$/i.test((await io.ask(`${question} [y/N] `)).trim()))
        throw new CliError('nothing was done')
    },
  }
  return context
}

// A process that runs the shell handler with the command given, for a test that kills it.
import { shell } from '../../src/builtin/shell.ts'

const print = (message: string) => process.stdout.write(`${message}\n`)
const context = {
  signal: new AbortController().signal,
  logger: { debug: print, info: print, warn: print, error: print },
}
await shell.run(
  { command: process.argv[2], env: {}, stdin: '', expected_exit_codes: [0] } as never,
  context as never,
)

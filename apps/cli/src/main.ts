import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Io } from './io.ts'
import { type AccessCommand, run } from './run.ts'
import { databaseEnvironment } from './settings.ts'

/** The checkout, from apps/cli/dist. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const stop = new AbortController()
process.once('SIGINT', () => stop.abort(new Error('stopped by Ctrl+C')))
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Who read the output has what they wanted, as in `| head`.
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

const io: Io = {
  env: process.env,
  root: ROOT,
  stdout: (chunk) => void process.stdout.write(chunk),
  stderr: (chunk) => void process.stderr.write(chunk),
  readStdin: () => text(process.stdin),
  ask: process.stdin.isTTY ? ask : null,
  width: process.stdout.isTTY ? process.stdout.columns : null,
  signal: stop.signal,
}

process.exitCode = await run(process.argv.slice(2), io, access)

/** Admin is loaded for these alone: it takes longer than most commands do. */
function access(...[args, { env, root }]: Parameters<AccessCommand>): Promise<number> {
  const { stdin, stdout, stderr } = process
  return import('@jobu/admin').then(({ runUserCommand }) =>
    runUserCommand(args, { stdin, stdout, stderr, env: databaseEnvironment({ env, root }) }),
  )
}

/** On stderr, so that an answer does not end in a pipe. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question, { signal: stop.signal })
  } finally {
    terminal.close()
  }
}

import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { JobuError } from '@jobu/db'

export interface PasswordInput {
  stderr: { write(text: string): unknown }
  stdin?: NodeJS.ReadableStream & { isTTY?: boolean }
}

/** 24 characters of base64url. */
const GENERATED_BYTES = 18

/**
 * A new password: made up, typed twice without being shown, or the first line of standard input where that is no
 * terminal. Never an argument, which other users of the machine could see.
 *
 * @throws JobuError VALIDATION_FAILED
 */
export async function passwordFrom(
  { stderr, stdin }: PasswordInput,
  generate = false,
): Promise<{ password: string; isGenerated: boolean }> {
  if (generate) return { password: randomBytes(GENERATED_BYTES).toString('base64url'), isGenerated: true }
  if (!stdin?.isTTY) {
    const [line = ''] = (stdin ? await text(stdin) : '').split(/\r?\n/)
    if (line === '') throw invalid('no password came on standard input; use --generate to have one made')
    return { password: line, isGenerated: false }
  }
  const password = await ask('Password: ', stdin, stderr)
  if (password !== (await ask('Again: ', stdin, stderr))) throw invalid('the two are not the same')
  return { password, isGenerated: false }
}

function ask(
  question: string,
  input: NodeJS.ReadableStream,
  stderr: PasswordInput['stderr'],
): Promise<string> {
  stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input, output: nowhere, terminal: true })
  return new Promise<string>((resolve, reject) => {
    terminal.once('line', resolve)
    // Ctrl+C, Ctrl+D.
    terminal.once('close', () => reject(invalid('no password was given')))
  }).finally(() => {
    terminal.close()
    stderr.write('\n')
  })
}

function invalid(message: string): JobuError {
  return new JobuError('VALIDATION_FAILED', message)
}

import type { AirflowClient } from './airflowClient.ts'
import { AirflowError } from './airflowError.ts'

/** Pages of a log that are read for the error in it. */
const MOST_PAGES = 20
const MESSAGE_CHARS = 2_000
const TRACE = /^Traceback \(most recent call last\):/m
/** `2026-03-01T00:00:00 [host] INFO - ` and the like, which version 2 puts before a line. */
const PREFIX = /^\[[^\]]*\]\s*(\{[^}]*\}\s*)?[A-Z]+ - /
const NAMED_ERROR = /^[\w.]*(Error|Exception|Exit|Interrupt|Timeout)\b.*$/

/** The message and the trace of the last error in a log; null: there is none. */
export function findError(text: string): { message: string; trace: string | null } | null {
  const lines = text.split('\n').map((line) => line.replace(PREFIX, ''))
  const start = lines.findLastIndex((line) => TRACE.test(line))
  if (start >= 0) {
    const after = lines.slice(start + 1)
    const end = after.findIndex((line) => line !== '' && !/^\s/.test(line))
    const message = end < 0 ? 'the trace has no end' : after[end]!
    const trace = lines.slice(start, end < 0 ? undefined : start + end + 2).join('\n')
    return { message: message.slice(0, MESSAGE_CHARS), trace }
  }
  const named = lines.findLast((line) => NAMED_ERROR.test(line))
  return named === undefined ? null : { message: named.slice(0, MESSAGE_CHARS), trace: null }
}

/** What the log of a try that failed says went wrong; null where it cannot be read or says nothing of the kind. */
export async function errorOfLog(
  client: AirflowClient,
  dagId: string,
  runId: string,
  task: { key: string; attempt: number },
): Promise<string | null> {
  const lines: string[] = []
  let token: string | null = null
  try {
    for (let page = 0; page < MOST_PAGES; page++) {
      const log = await client.log(dagId, runId, { ...task, token })
      lines.push(...log.lines.map(({ message }) => message))
      token = log.nextToken
      if (token === null) break
    }
  } catch (error) {
    // The state of the task is told without it.
    if (!(error instanceof AirflowError)) throw error
  }
  return findError(lines.join('\n'))?.message ?? null
}

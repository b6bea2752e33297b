import { setTimeout as delay } from 'node:timers/promises'
import { MAX_PAGE } from '../api/api.ts'
import { followStream, StreamUnavailable } from '../api/followStream.ts'
import { FINAL_STATUSES, type LogLine } from '../api/types.ts'
import type { Context } from '../context.ts'
import { printable } from '../output/table.ts'
import { timeText } from '../output/times.ts'

const POLL_MS = 1_000
const LEVEL_STYLE = { error: 'red', warn: 'yellow', debug: 'gray' } as const

/** A line of a log for people. */
export function logText({ timezone, paint }: Context, line: LogLine): string {
  const level = LEVEL_STYLE[line.level as keyof typeof LEVEL_STYLE]
  const fields = line.fields && Object.keys(line.fields).length > 0 ? ` ${JSON.stringify(line.fields)}` : ''
  const text = printable(`${line.level.padEnd(5)} ${line.message}${fields}`)
  return `${timeText(line.logged_at, timezone)}  ${level ? paint(level, text) : text}`
}

/** Which lines. */
interface LogFilter {
  attempt?: number
  level?: string
}

/**
 * Prints an execution's log, oldest line first; with `isFollowing` goes on until the execution is final: by the stream
 * of its log, or by asking each second where the server has none. Each line is printed once.
 */
export async function followLogs(
  context: Context,
  id: number,
  { isFollowing, filter }: { isFollowing: boolean; filter: LogFilter },
): Promise<void> {
  const seen = new Seen()
  const print = (line: LogLine) => {
    if (!seen.isNew(line)) return
    context.io.stdout(`${context.isJson ? JSON.stringify(line) : logText(context, line)}\n`)
  }
  if (!isFollowing) return printRest(context, id, filter, 0, print).then(() => {})
  const isOver = async () => FINAL_STATUSES.includes((await context.api.jobs.get(id)).status)
  try {
    const stream = followStream(context.api.connection, `/jobs/${id}/logs`, {
      query: { ...filter },
      signal: context.io.signal,
      isOver,
      onLost: (reason) => context.say(`jobu: ${reason}; opening it again`),
    })
    for await (const { event, data } of stream) {
      if (isLogLine(data)) print(data)
      if (event === 'end') return
    }
  } catch (error) {
    if (!(error instanceof StreamUnavailable)) throw error
    for (let offset = 0; ; await delay(POLL_MS, undefined, { signal: context.io.signal })) {
      // Asked before the lines are: those of a final execution are all there.
      const isLast = await isOver()
      offset = await printRest(context, id, filter, offset, print)
      if (isLast) return
    }
  }
}

/** Prints from a line on. @returns how many lines there are */
async function printRest(
  { api }: Context,
  id: number,
  filter: LogFilter,
  from: number,
  print: (line: LogLine) => void,
): Promise<number> {
  for (let offset = from; ; ) {
    const { items } = await api.jobs.logs(id, { ...filter, limit: MAX_PAGE, offset })
    for (const line of items) print(line)
    offset += items.length
    if (items.length < MAX_PAGE) return offset
  }
}

/** Lines come in order of attempt and number, and a stream that is opened again may repeat some. */
class Seen {
  #attempt = -1
  #line = -1

  isNew({ attempt, line }: LogLine): boolean {
    if (attempt < this.#attempt || (attempt === this.#attempt && line <= this.#line)) return false
    this.#attempt = attempt
    this.#line = line
    return true
  }
}

function isLogLine(data: unknown): data is LogLine {
  return typeof data === 'object' && data !== null && 'message' in data && 'line' in data && 'attempt' in data
}

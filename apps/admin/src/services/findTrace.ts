const FRAME = /^\s+at .+/
const PYTHON = 'Traceback (most recent call last):'
const CHAINED = /^(During handling of the above exception|The above exception was the direct cause)/
const ERROR_LINE = /^(Uncaught )?[\w.$]*(Error|Exception)\b/
/** An error's message may have so many lines above its stack. */
const MAX_HEAD = 20

/**
 * The last stack in what a log says: a JavaScript error's, or a Python traceback with those it came from.
 *
 * @param messages  of log lines, oldest first; a stack may be one of them or spread over many
 */
export function findTrace(messages: readonly string[]): string | null {
  const lines = messages.flatMap((message) => message.split('\n'))
  const [python, script] = [pythonTrace(lines), scriptTrace(lines)]
  const last = !python || (script && script.start > python.start) ? script : python
  return last ? lines.slice(last.start, last.end).join('\n').trim() : null
}

/** Where a trace stands: from `start` to before `end`. */
interface Span {
  start: number
  end: number
}

function pythonTrace(lines: readonly string[]): Span | null {
  let start = lines.findLastIndex((line) => line.trim() === PYTHON)
  if (start === -1) return null
  let end = start + 1
  while (end < lines.length && /^(\s|$)/.test(lines[end]!)) end++
  for (;;) {
    const link = lines.slice(0, start).findLastIndex((line) => line.trim() !== '')
    if (link === -1 || !CHAINED.test(lines[link]!)) break
    const cause = lines.slice(0, link).findLastIndex((line) => line.trim() === PYTHON)
    if (cause === -1) break
    start = cause
  }
  // The line after the frames says what was raised.
  return { start, end: end + 1 }
}

function scriptTrace(lines: readonly string[]): Span | null {
  const last = lines.findLastIndex((line) => FRAME.test(line))
  if (last === -1) return null
  let first = last
  while (first > 0 && FRAME.test(lines[first - 1]!)) first--
  const from = Math.max(0, first - MAX_HEAD)
  const head = lines.slice(from, first).findLastIndex((line) => ERROR_LINE.test(line))
  return { start: head === -1 ? Math.max(0, first - 1) : from + head, end: last + 1 }
}

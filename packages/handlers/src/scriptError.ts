import { HandlerFailure } from './errors.ts'
import type { CommandEnd } from './runCommand.ts'

const PYTHON_TRACE = /Traceback \(most recent call last\):\s*$/
const PYTHON_CHAIN = /^(?:During handling of the above exception|The above exception was the direct cause)/
const PYTHON_SYNTAX = /^ {2}File ".*", line \d+$/
const JS_FRAME = /^\s+at .+/
const JS_ERROR = /^(?:Uncaught )?[A-Za-z_$][\w$.]*(?: \[[^\]]+\])?(?::|$)/
const JS_NOISE = /^(?:Node\.js v\d|\(Use `node )/
const OUT_OF_MEMORY = /^FATAL ERROR: .*JavaScript heap out of memory/m

/**
 * A script's failure: its exception's line as the message, and the trace that the script printed as the stack, with the
 * lines of its author. Where it printed none, how it ended and its last line.
 */
export function scriptError(
  language: string,
  { exitCode, exitSignal, stderrTail }: CommandEnd,
): HandlerFailure {
  const lines = stderrTail.trimEnd().split(/\r?\n/)
  const found = language === 'python' ? pythonTrace(lines) : javascriptTrace(lines)
  const how = exitCode === null ? `was ended by ${exitSignal}` : `exited with code ${exitCode}`
  const last = lines.findLast((line) => line.trim() !== '' && !JS_NOISE.test(line))?.trim()
  const message = OUT_OF_MEMORY.test(stderrTail)
    ? `script ${how}: JavaScript heap out of memory`
    : (found?.message ?? `script ${how}${last ? `: ${last}` : ''}`)
  const failure = new HandlerFailure('SCRIPT_FAILED', message)
  // This one's own stack tells of the worker, not of the script.
  failure.stack = found?.trace ?? message
  return failure
}

interface Trace {
  message: string
  trace: string
}

function pythonTrace(lines: string[]): Trace | undefined {
  let start = lines.findLastIndex((line) => PYTHON_TRACE.test(line))
  if (start === -1) start = lines.findLastIndex((line) => PYTHON_SYNTAX.test(line))
  if (start === -1) return undefined
  const message = lines.slice(start + 1).find((line) => /^[^\s|+]/.test(line))
  if (message === undefined) return undefined
  for (;;) {
    // The exception it came from is printed before it.
    const earlier = lines.slice(0, start).findLastIndex((line) => PYTHON_TRACE.test(line))
    if (earlier === -1 || !lines.slice(earlier, start).some((line) => PYTHON_CHAIN.test(line))) break
    start = earlier
  }
  return { message, trace: lines.slice(start).join('\n') }
}

function javascriptTrace(lines: string[]): Trace | undefined {
  const frame = lines.findLastIndex((line) => JS_FRAME.test(line))
  if (frame === -1) return undefined
  const top = lines.slice(0, frame).findLastIndex((line) => line.trim() === '') + 1
  // A message may have several lines, and lines of the log may stand before it.
  const isNamed = (line: string, at: number) => at >= top && at <= frame && JS_ERROR.test(line)
  const named = lines.findIndex((line, at) => isNamed(line, at) && /^[^:]*(?:Error|Exception)\b/.test(line))
  const error = named === -1 ? lines.findLastIndex(isNamed) : named
  if (error === -1) return undefined
  const after = lines.findIndex((line, at) => at > frame && (line.trim() === '' || JS_NOISE.test(line)))
  // Node shows the line at fault above the error; of a syntax error nothing else tells where it is.
  const marker = top >= 4 && /^\s*\^+\s*$/.test(lines[top - 2]!) ? top - 4 : error
  return {
    message: lines[error]!.replace(/^Uncaught /, ''),
    trace: lines.slice(marker, after === -1 ? undefined : after).join('\n'),
  }
}

/**
 * A crontab's command as Debian's cron runs it: up to the first `%`, with `\%` for a `%` and `\\` for a `\`. What
 * follows is its input, where a further `%` is a line end and `\%` a `%`.
 *
 * @returns `stdin` null where there is no input
 */
export function splitCommand(text: string): { command: string; stdin: string | null } {
  const end = firstPercent(text)
  const command = text.slice(0, end).replace(/\\([\\%])/g, '$1')
  const input = text.slice(end + 1).replace(/\\%|%/g, (found) => (found === '%' ? '\n' : '%'))
  if (input === '') return { command, stdin: null }
  return { command, stdin: input.endsWith('\n') ? input : `${input}\n` }
}

/** Where the first `%` without a `\` before it is; the end where there is none. A `\` guards any character. */
function firstPercent(text: string): number {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '%') return i
  }
  return text.length
}

const BLANK = /[ \t\v\f\r]/

/**
 * A line that sets a variable, as `load_env` of Debian's cron reads one: blanks round `=`, name and value in quotes or
 * not, nothing expanded. Null for any other line.
 *
 * Beyond it, `NAME=` with nothing behind it is an empty value.
 */
export function environmentLine(line: string): { name: string; value: string } | null {
  const name = quotedOrNot(line.replace(/^[ \t]+/, ''), (text) => /^[^= \t\v\f\r]+/.exec(text)?.[0])
  if (!name || (name.isQuoted && name.text.includes('='))) return null
  const equals = /^[ \t\v\f\r]*=[ \t\v\f\r]*/.exec(name.rest)
  if (!equals) return null
  const given = name.rest.slice(equals[0].length)
  if (given === '') return { name: name.text, value: '' }
  const value = quotedOrNot(given, (text) => text)
  if (!value) return null
  if (value.isQuoted) return value.rest.trim() === '' ? { name: name.text, value: value.text } : null
  return { name: name.text, value: trimEnd(value.text) }
}

/** The text in quotes at the start, or what `bare` finds there; null where neither is. */
function quotedOrNot(
  text: string,
  bare: (text: string) => string | undefined,
): { text: string; rest: string; isQuoted: boolean } | null {
  const quote = text[0]
  if (quote === '"' || quote === "'") {
    const end = text.indexOf(quote, 1)
    return end < 0 ? null : { text: text.slice(1, end), rest: text.slice(end + 1), isQuoted: true }
  }
  const found = bare(text)
  return found ? { text: found, rest: text.slice(found.length), isQuoted: false } : null
}

function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && BLANK.test(text[end - 1]!)) end--
  return text.slice(0, end)
}

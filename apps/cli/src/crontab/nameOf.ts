import { createHash } from 'node:crypto'

const MAX_NAME = 60
/** Commands that only decide, prepare or wait; what runs comes after them. */
const GUARD =
  /^(\[|test\b|cd\b|command -v\b|which\b|if\b|sleep\b|export\b|set\b|\.\s|source\b|umask\b|ulimit\b|true\b|perl -e '?"?sleep)/
/** What a command may be wrapped in, with options of its own. */
const WRAPPER = /^(exec|nice|ionice|nohup|time|sudo|env|chronic|setsid|stdbuf)$/

/**
 * A name for a crontab's command: its program and arguments, without options, folders and what only guards it. The same
 * command always gets the same.
 */
export function nameOf(command: string): string {
  const parts = command
    .replace(/\$\([^)]*\)|`[^`]*`/g, ' ')
    .replace(/'[^']*'|"[^"]*"/g, (quoted) => quoted.replace(/[|&;(){}<>]+/g, ' '))
    .replace(/[\d&]?>>?&?\s*\S+|<\s*\S+/g, ' ')
    .split(/\|\||&&|[;|&{}()]|\b(?:then|else|elif|do|done|fi)\b/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const main = parts.find((part) => !GUARD.test(part)) ?? parts[0] ?? ''
  const words = main.split(/\s+/)
  while (words.length > 1 && isBefore(words[0]!)) words.shift()
  const slug = words
    .filter((word, index) => index === 0 || !word.startsWith('-'))
    .map(
      (word) =>
        word
          .replace(/["'\\]/g, '')
          .replace(/\/+$/, '')
          .split('/')
          .at(-1)!,
    )
    .join(' ')
    .replace(/[^\p{L}\p{N}_.]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .toLowerCase()
  if (slug === '') return `command-${hashOf(command)}`
  return slug.length > MAX_NAME ? `${slug.slice(0, MAX_NAME - 7)}-${hashOf(command)}` : slug
}

/** What stands before the program: `A=b`, `nice`, and a wrapper's options. */
function isBefore(word: string): boolean {
  return /^\w+=/.test(word) || WRAPPER.test(word) || /^(-.*|\d+)$/.test(word)
}

/**
 * Names of their own for all of them, whatever their order: those who would share one get a mark made from their
 * command, or from their command and schedule where that is the same too.
 *
 * @param identities  of each: its wished name, its command with its user, and its schedule
 */
export function uniqueNames(
  identities: readonly { name: string; command: string; schedule: string }[],
): string[] {
  const names = identities.map(({ name }) => name)
  for (const marked of [
    ({ name, command }: (typeof identities)[number]) => `${name}-${hashOf(command)}`,
    ({ name, command, schedule }: (typeof identities)[number]) =>
      `${name}-${hashOf(`${command}\n${schedule}`)}`,
  ]) {
    const shared = new Set(names.filter((name, index) => names.indexOf(name) !== index))
    for (const [index, name] of names.entries())
      if (shared.has(name)) names[index] = marked(identities[index]!)
  }
  // The same line twice.
  const seen = new Map<string, number>()
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name}-${count}`
  })
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6)
}

const MOST_CHARACTERS = 200

/** A sign, and not the dash between two things. */
const MINUS = '(?:(?<![\\w#>)\\]])-)?'

/** In this order: what looks like a number may be a part of what comes before it. */
const PLACEHOLDERS: Array<[RegExp, string]> = [
  [/"[^"]*"|`[^`]*`|(?<!\w)'[^']*'(?!\w)/g, '<text>'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '<uuid>'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d)\b)?)?/gi, '<time>'],
  [/\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b/g, '<time>'],
  // Decimals first: in 9.32084e-319 a part looks hexadecimal.
  [new RegExp(`${MINUS}\\b\\d+(?:[.,]\\d+)+(?:e[+-]?\\d+)?\\b`, 'gi'), '#'],
  // Hexadecimal as long as no word is, or shorter with a digit.
  [new RegExp(`${MINUS}\\b(?:0x[\\da-f]+|[\\da-f]{8,}|(?=[a-f]*\\d)[\\da-f]{6,7})\\b`, 'gi'), '#'],
  [new RegExp(`${MINUS}\\d+(?:[.,]\\d+)*(?:e[+-]?\\d+\\b)?`, 'gi'), '#'],
]

/**
 * What messages of the same cause have in common: the first line, with what differs from one to the next (numbers, ids,
 * times, what is in quotes) replaced by a placeholder, at most 200 characters.
 */
export function messagePattern(message: string): string {
  const line = message
    .trimStart()
    .split(/[\r\n]/, 1)[0]!
    .trimEnd()
  const pattern = PLACEHOLDERS.reduce((text, [what, placeholder]) => text.replace(what, placeholder), line)
  const characters = [...pattern]
  if (characters.length <= MOST_CHARACTERS) return pattern
  return `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`
}

import type { Schemas } from '../../api/client.ts'

/** Of a search. */
const MAX_WORDS = 255

/**
 * The executions of a cause as a filter can name them: by handler, status, time, and the words that all messages of the
 * group have. The filter knows no reason, so another cause with the same words is in it too.
 */
export function filterOfGroup(
  { handler_name, statuses, message }: Schemas['FailureGroup'],
  from: string,
): Schemas['JobFilter'] & { status: typeof statuses } {
  const words = wordsOf(message)
  return { handler_name, status: statuses, from_date: from, ...(words ? { q: words } : {}) }
}

/** What a message's pattern has beside its placeholders: `connect ECONNREFUSED` of `connect ECONNREFUSED #:#`. */
function wordsOf(pattern: string): string {
  const words = pattern.split(/\s+/).filter((word) => !/[#…]|<(?:text|uuid|time)>/.test(word))
  // The search reads quotes and the like as what separates words; it stops within its bound, between two of them.
  let text = ''
  for (const word of words) {
    if (text.length + word.length + 1 > MAX_WORDS) break
    text = text ? `${text} ${word}` : word
  }
  return text
}

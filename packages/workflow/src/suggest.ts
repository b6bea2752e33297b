import { didYouMean } from '@jobu/runtime'

/** Completes a sentence about an unknown word: what may have been meant, or nothing. */
export type Suggest = (word: string) => string

/** Comparing 10,000 unknown words with 10,000 known ones takes minutes, and nobody reads that many answers. */
const MAX_SUGGESTIONS = 20

export function suggestFrom(known: readonly string[]): Suggest {
  let left = MAX_SUGGESTIONS
  return (word) => (left-- > 0 ? didYouMean(word, [...known]) : '')
}

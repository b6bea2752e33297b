import { didYouMean } from '@jobu/runtime'

/** Completes a sentence about an unknown word: what may have been meant, or nothing. */
export type Suggest = (word: string) => string

/** Comparing 10,000 unknown words with 10,000 known ones takes minutes, and nobody reads that many answers. */
const MAX_COMPARISONS = 20_000
const MAX_WORD_LENGTH = 64

export function suggestFrom(known: readonly string[]): Suggest {
  let left = MAX_COMPARISONS
  return (word) => {
    if (word.length > MAX_WORD_LENGTH || left < known.length) return ''
    left -= known.length
    return didYouMean(word, [...known])
  }
}

/** A Korean particle that is written both ways in a text, after the word it belongs to. */
const PARTICLE = /(\p{L}|\p{N})([)\]”"'’]*)(을\(를\)|이\(가\)|은\(는\)|와\(과\)|\(으\)로)/gu
/** After a consonant, and after a vowel. */
const FORMS: Record<string, [string, string]> = {
  '을(를)': ['을', '를'],
  '이(가)': ['이', '가'],
  '은(는)': ['은', '는'],
  '와(과)': ['과', '와'],
  '(으)로': ['으로', '로'],
}
const FIRST_SYLLABLE = 0xac00
const LAST_SYLLABLE = 0xd7a3
const FINALS = 28
const FINAL_L = 8
/** The last consonant of 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구 as `finalOf` tells it; zero for a vowel. */
const OF_DIGITS = [21, 8, 0, 16, 0, 0, 1, 8, 8, 0]

/** Chooses the particle by how the word before it ends; after letters whose sound is not known both stay. */
export const chooseParticles = (text: string): string =>
  text.replace(PARTICLE, (both, end: string, closing: string, particle: string) => {
    const final = finalOf(end)
    if (final === undefined) return both
    const isOpen = final === 0 || (particle === '(으)로' && final === FINAL_L)
    return end + closing + FORMS[particle]![isOpen ? 1 : 0]
  })

function finalOf(end: string): number | undefined {
  if (/^\d$/.test(end)) return OF_DIGITS[Number(end)]
  const code = end.charCodeAt(0)
  if (code < FIRST_SYLLABLE || code > LAST_SYLLABLE) return undefined
  return (code - FIRST_SYLLABLE) % FINALS
}

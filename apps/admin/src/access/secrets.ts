import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 43 characters of base64url: 256 random bits. */
export const newSecret = () => randomBytes(32).toString('base64url')

/** In hex, as tables keep secrets of 256 random bits: for those a slow hash would add nothing but its cost. */
export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** Compares in a time that does not depend on where they differ, nor on how long `given` is. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(expected)))
}

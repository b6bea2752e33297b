import fc from 'fast-check'
import { aText } from './values.ts'

/** Makes the same choices again for the same seed. */
export type Draw = fc.GeneratorValue

/** @param seed  of fast-check */
export function draws(seed: number, count: number): Draw[] {
  return fc.sample(fc.gen(), { seed, numRuns: count })
}

export const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(fc.nat, { max: list.length - 1 })]!
export const text = (draw: Draw): string => draw(() => aText)

import { expect, test } from '@jest/globals'
import { BoundedMap } from '../src/boundedMap.ts'

test('BoundedMap forgets the oldest entry once full, and keeps nothing that failed', () => {
  const map = new BoundedMap<string, number>(2)
  let made = 0
  const make = () => ++made
  map.getOrMake('a', make)
  map.getOrMake('b', make)
  expect(map.getOrMake('a', make)).toBe(1)
  map.getOrMake('c', make)
  expect(map.getOrMake('b', make)).toBe(2)
  expect(map.getOrMake('a', make)).toBe(4)
  const fail = () => {
    throw new Error('no')
  }
  expect(() => map.getOrMake('d', fail)).toThrow('no')
  expect(map.getOrMake('c', make)).toBe(3)
})

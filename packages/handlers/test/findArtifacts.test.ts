import { describe, expect, test } from '@jest/globals'
import { matches } from '../src/findArtifacts.ts'

describe('matches', () => {
  test.each([
    ['report.xlsx', 'report.xlsx', true],
    ['report.xlsx', 'report_xlsx', false],
    ['*', 'anything/at all', true],
    ['*.csv', '.csv', true],
    ['*.csv', 'a.csv.gz', false],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['aa*aa', 'aaa', false],
    ['a*', 'a*', true],
  ])('%s names %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected)
  })

  test('a pattern of many stars is as fast as any', () => {
    expect(matches(`${'a*'.repeat(120)}b`, 'a'.repeat(255))).toBe(false)
  })
})

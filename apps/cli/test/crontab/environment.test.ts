import { describe, expect, test } from '@jest/globals'
import { environmentLine } from '../../src/crontab/environment.ts'

// What load_env of Debian's cron 3.0pl1-162 answers, asked of its compiled source.
describe("environmentLine reads as Debian's cron", () => {
  test.each([
    ['A=b', 'A', 'b'],
    ['  A = b ', 'A', 'b'],
    ['A\t=\tb c\t', 'A', 'b c'],
    ['"A"=b', 'A', 'b'],
    ["'A b'= c", 'A b', 'c'],
    ["A='x' ", 'A', 'x'],
    ['A=  "  q "', 'A', '  q '],
    ['A=""', 'A', ''],
    ['A==b', 'A', '=b'],
    ['A=b"c"', 'A', 'b"c"'],
    ['A=b #c', 'A', 'b #c'],
    ['A=$HOME', 'A', '$HOME'],
    // Beyond it: Debian's cron takes this for a broken entry.
    ['A=', 'A', ''],
  ])('%j', (line, name, value) => {
    expect(environmentLine(line)).toEqual({ name, value })
  })

  test.each([
    'A b=c',
    '=x',
    'A="x',
    'A="x" y',
    '"A=b"=c',
    "'A'b=c",
    '0 5 * * * A=b x',
    '@daily A=b',
    '* * * * * x',
  ])('%j is none', (line) => {
    expect(environmentLine(line)).toBeNull()
  })
})

import { findTrace } from '../src/services/findTrace.ts'

const js = ['TypeError: x is not a function', '    at run (/a.js:1:2)', '    at async go (/b.js:3:4)']
const python = [
  'Traceback (most recent call last):',
  '  File "x.py", line 3, in <module>',
  '    go()',
  'ValueError: bad',
]

describe('findTrace', () => {
  test.each([
    ['a JavaScript stack over many lines', ['starting', ...js, 'bye'], js],
    ['a JavaScript stack in one line of the log', [`failed\n${js.join('\n')}`], js],
    ['a Python traceback over many lines', ['starting', ...python, 'bye'], python],
    ['the last of two', [...js, ...python], python],
    ['the last of two, the other way round', [...python, ...js], js],
    [
      'a message of several lines',
      ['Error: one', 'two', '    at run (/a.js:1:2)'],
      ['Error: one', 'two', '    at run (/a.js:1:2)'],
    ],
  ])('finds %s', (_, lines, expected) => {
    expect(findTrace(lines)).toBe(expected.join('\n'))
  })

  test('keeps the exceptions that one came from', () => {
    const chained = [
      ...python,
      '',
      'During handling of the above exception, another exception occurred:',
      '',
      ...python,
    ]
    expect(findTrace(['starting', ...chained, 'bye'])).toBe(chained.join('\n'))
  })

  test('finds none where there is none', () => {
    expect(findTrace(['look at this', 'failed'])).toBeNull()
    expect(findTrace([])).toBeNull()
  })
})

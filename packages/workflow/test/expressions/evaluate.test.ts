import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ExpressionError, evaluate, evaluateCondition, evaluateForEach } from '../../src/index.ts'
import { aContext } from './aContext.ts'

const context = aContext()

/** The message of the error that evaluating throws. */
function refusal(work: () => unknown): string {
  try {
    return `gave ${JSON.stringify(work())}`
  } catch (error) {
    if (error instanceof ExpressionError) return error.message
    throw error
  }
}

describe('evaluate', () => {
  test.each([
    // Numbers of JSON are doubles, those of an expression ints: they work together.
    ['tasks.extract.result.rows > 0', true],
    ['tasks.extract.result.rows == 5', true],
    ['5 == tasks.extract.result.rows', true],
    ['tasks.extract.result.rows != 5', false],
    ['tasks.extract.result.rows >= 5 && tasks.extract.result.share < 3', true],
    ['tasks.extract.result.rows + 1', 6],
    ['10 - tasks.extract.result.rows * 2', 0],
    ['tasks.extract.result.rows / 2', 2.5],
    ['tasks.extract.result.rows % 2', 1],
    ['-tasks.extract.result.rows', -5],
    ['2 in tasks.extract.result.list', true],
    ['tasks.extract.result.list == [1, 2, 3]', true],
    ['tasks.extract.result.list[item - 1]', 3],
    ['tasks.extract.result.list[index + 1]', 3],
    ['tasks.extract.result.list.map(x, x * 2)', [2, 4, 6]],
    ['tasks.extract.result.list.filter(x, x > 1)', [2, 3]],
    ['tasks.extract.result.list.exists(x, x == 2)', true],
    ['size(tasks.extract.result.list) == 3', true],
    ['has(tasks.extract.result.list) && !has(tasks.extract.result.other)', true],
    ['has(tasks.extract.result.other) ? tasks.extract.result.other : 0', 0],
    ['tasks.extract.result.nothing == null', true],
    ['tasks["load-a"].status == "SKIPPED"', true],
    ['tasks["load-a"].result == null', true],
    ['"part-" + string(tasks.extract.result.rows)', 'part-5'],
    ['tasks.extract.result.names.join(", ")', 'x, y'],
    ['"a,b".split(",")', ['a', 'b']],
    ['[1, "a", {"b": 2.5, "c": null}]', [1, 'a', { b: 2.5, c: null }]],
    ['run.id', 7],
    ['run.params.x', 1],
    ['run.scheduled_time', '2026-03-01T17:00:00.000Z'],
    ['string(run.scheduled_time)', '2026-03-01T17:00:00.000Z'],
    ['run.scheduled_time.getHours("Asia/Seoul")', 2],
    ['run.scheduled_time - duration("24h")', '2026-02-28T17:00:00.000Z'],
    ['run.scheduled_time > timestamp("2026-01-01T00:00:00Z")', true],
    [
      'date(run.scheduled_time, "UTC") + " " + date(run.scheduled_time, "Asia/Seoul")',
      '2026-03-01 2026-03-02',
    ],
    ['duration("90s")', '90s'],
    ['uint("5")', 5],
  ])('%s', (text, expected) => {
    expect(evaluate(text, context)).toEqual(expected)
  })

  test('a time given as a Date is the same as one given as text', () => {
    const run = { ...context.run, scheduled_time: new Date('2026-03-01T17:00:00Z') }
    expect(evaluate('run.scheduled_time', { ...context, run })).toBe('2026-03-01T17:00:00.000Z')
  })

  test.each([
    ['tasks.extract.result.other.deep', 'tasks.extract.result.other does not exist; has(...) tells'],
    [
      '1 + tasks.extract.result.other',
      'tasks.extract.result.other does not exist; has(...) tells whether a field is there (character 5)',
    ],
    ['tasks.extract.result["a b"]', 'tasks.extract.result["a b"] does not exist'],
    ['tasks["load-a"].result.rows', 'tasks["load-a"].result.rows does not exist'],
    ['tasks.extract.result.list[3]', 'index out of bounds, index 3 >= size 3'],
    [
      'tasks.extract.result.names[0] + 1',
      'string + int is not defined; string(), int() and double() convert',
    ],
    ['tasks.extract.result.rows.matches("a")', "found no matching overload for 'double.matches(string)'"],
    ['tasks.extract.result.constructor', 'tasks.extract.result.constructor does not exist'],
    ['tasks.extract.result["__proto__"]', 'does not exist'],
    ['run.scheduled_time.getHours("Mars/Olympus")', 'Invalid time zone'],
    ['1.0 / 0.0', 'its value has Infinity, which is no number of JSON'],
    ['9007199254740993', 'its value has the integer 9007199254740993, beyond 2^53'],
    ['b"abc"', 'its value has bytes'],
    ['type(1)', 'JSON has no form for'],
    ['"a\\u0000"', 'NUL character'],
    ['"\u{1f600}".substring(1)', 'surrogate'],
  ])('%s: %s', (text, expected) => {
    expect(refusal(() => evaluate(text, context))).toContain(expected)
  })

  test('any value of JSON comes out of a result as it went in', () => {
    const values = fc.jsonValue({ depthSize: 'small' }).map((value) => JSON.parse(JSON.stringify(value)))
    fc.assert(
      fc.property(values, (value) => {
        const tasks = { extract: { status: 'SUCCESS', result: { value } } }
        expect(evaluate('tasks.extract.result.value', { ...context, tasks })).toEqual(value)
      }),
    )
  })

  test('comparing whole and other numbers with the ints of an expression agrees with JavaScript', () => {
    const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true, min: -1e9, max: 1e9 }))
    fc.assert(
      fc.property(numbers, fc.integer({ min: -100, max: 100 }), (rows, int) => {
        const tasks = { extract: { status: 'SUCCESS', result: { rows } } }
        for (const [operator, expected] of [
          ['<', rows < int],
          ['<=', rows <= int],
          ['==', rows === int],
          ['>', rows > int],
        ] as const) {
          expect(evaluate(`tasks.extract.result.rows ${operator} ${int}`, { ...context, tasks })).toBe(
            expected,
          )
        }
      }),
    )
  })
})

describe('evaluate: what it costs', () => {
  const list = 'tasks.extract.result.long'
  const bind = (times: number, grown: (name: string) => string, last: string) => {
    let text = last.replace('NAME', `v${times}`)
    for (let at = times; at > 0; at--) text = `cel.bind(v${at}, ${grown(`v${at - 1}`)}, ${text})`
    return `cel.bind(v0, ${list}, ${text})`
  }

  test.each([
    ['a walk over a list in a walk over a list', `${list}.map(x, ${list}.map(y, ${list}.map(z, z)))`],
    ['an error in every step does not make it go on', `${list}.exists(x, ${list}.exists(y, y.z < 0))`],
    ['membership in a list for each of a list', `${list}.filter(x, !(x in ${list}))`],
    ['comparing long lists again and again', `${list}.all(x, ${list} == ${list})`],
    ['a pattern on a long text', 'tasks.extract.result.text.matches(tasks.extract.result.pattern)'],
  ])('is refused after so many steps: %s', (_, text) => {
    expect(refusal(() => evaluate(text, context))).toContain('takes more than 5000000 steps')
  })

  test('a list that is added to itself again and again is refused before it fills the memory', () => {
    const text = bind(30, (name) => `${name} + ${name}`, 'size(NAME)')
    expect(refusal(() => evaluate(text, context))).toMatch(/more than \d+ (steps|characters or items)/)
  })

  test('a list that holds the same long list many times has no value, though it takes no memory', () => {
    expect(refusal(() => evaluate(`${list}.map(x, ${list})`, context))).toContain(
      'is larger than 1048576 characters of JSON',
    )
  })

  test('a text joined from a long list is bounded', () => {
    const text = `${list}.map(x, string(x)).join(tasks.extract.result.text)`
    expect(refusal(() => evaluate(text, context))).toContain('join() makes more than')
  })

  test('a pattern that makes other engines hang is matched in linear time, in the syntax of RE2', () => {
    expect(evaluate('tasks.extract.result.text.matches("^(a+)+$")', context)).toBe(false)
    expect(refusal(() => evaluate('"a".matches("(?<=a)b")', context))).toContain(
      'not a regular expression of RE2',
    )
    expect(refusal(() => evaluate('"a".matches(tasks.extract.result.text)', context))).toContain(
      'a pattern has at most',
    )
  })

  test('the next expression has all its steps again', () => {
    refusal(() => evaluate(`${list}.map(x, ${list}.map(y, y))`, context))
    expect(evaluate(`size(${list}.map(x, x + 1))`, context)).toBe(10_000)
  })
})

describe('evaluateCondition', () => {
  test('is a boolean, and says what came otherwise', () => {
    expect(evaluateCondition('tasks.extract.result.rows > 9', context)).toBe(false)
    expect(refusal(() => evaluateCondition('tasks.extract.result.rows', context))).toBe(
      'a condition is true or false, this one is 5',
    )
  })
})

describe('evaluateForEach', () => {
  test('takes an expression, or a list whose texts may be templates', () => {
    expect(evaluateForEach('tasks.extract.result.names', context)).toEqual(['x', 'y'])
    expect(evaluateForEach([1, { n: '{{ run.id }}' }], context)).toEqual([1, { n: 7 }])
    expect(evaluateForEach([], context)).toEqual([])
  })

  test('refuses what is no list, and one that is too long', () => {
    expect(refusal(() => evaluateForEach('tasks.extract.result.rows', context))).toBe(
      'for_each takes a list, this is 5',
    )
    expect(refusal(() => evaluateForEach('tasks.extract.result.long + [1]', context))).toBe(
      'for_each takes at most 10000 items, this list has 10001',
    )
  })
})

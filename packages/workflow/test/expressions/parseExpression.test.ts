import { describe, expect, test } from '@jest/globals'
import { ExpressionError, parseExpression, referencesOf, referencesOfTask } from '../../src/index.ts'
import { aTask } from '../someTasks.ts'

function errorOf(text: string): ExpressionError {
  try {
    parseExpression(text)
  } catch (error) {
    if (error instanceof ExpressionError) return error
    throw error
  }
  throw new Error(`${text} was accepted`)
}

describe('parseExpression', () => {
  test.each([
    ['1 +', 3, 'Unexpected token: EOF (character 4)'],
    ['a.b', 0, 'Unknown variable: a (character 1)'],
    ['true && 5', 0, "Logical operator requires bool operands, got 'int'"],
    ['1 + "a"', 0, 'int + string is not defined'],
    ['process.exit(1)', 0, 'Unknown variable: process'],
    ['tasks.a.result.nope()', 0, "found no matching overload for 'dyn.nope()'"],
  ])('%s is wrong at %i: %s', (text, position, message) => {
    expect(errorOf(text)).toMatchObject({ position, expression: text })
    expect(errorOf(text).message).toContain(message)
  })

  test('is bounded in length and depth', () => {
    expect(errorOf('1'.padEnd(4_097, ' ')).message).toBe('has 4097 characters, at most 4096 are allowed')
    expect(() => parseExpression('1'.padEnd(4_096, ' '))).not.toThrow()
    expect(errorOf(`${'('.repeat(500)}1${')'.repeat(500)}`).message).toMatch(/depth/i)
  })

  test('knows the type where no value is needed for it', () => {
    expect(parseExpression('tasks.a.result.x > 1').type).toBe('bool')
    expect(parseExpression('tasks.a.result.x').type).toBe('dyn')
    expect(parseExpression('[1]').type).toBe('list<int>')
  })
})

describe('referencesOf', () => {
  test.each([
    ['tasks.a.result.x + tasks["b-c"].result.y', ['a', 'b-c'], false, false],
    ['tasks.a.result.list.map(x, x + tasks.b.result.y)', ['a', 'b'], false, false],
    ['has(tasks.a.result.x) ? item : index', ['a'], true, false],
    ['date(run.scheduled_time, "UTC")', [], false, true],
    ['{"a": [tasks.a.status]}', ['a'], false, false],
    // Names that an expression gives itself are its own.
    ['[[1]].map(item, item[0])', [], false, false],
    ['cel.bind(item, item, item + 1)', [], true, false],
    ['"tasks.a.result"', [], false, false],
  ])('%s', (text, tasks, usesItem, usesRun) => {
    expect(referencesOf(text)).toEqual({ tasks, usesItem, usesRun })
  })

  test('of a task are those of its condition, its list and its params', () => {
    const task = aTask({
      condition: 'tasks.a.result.x > 0',
      for_each: 'tasks.b.result.files',
      params: {
        deep: [{ text: 'from {{ tasks.c.result.path }} to {{ item }}' }],
        other: '{{ tasks.a.status }}',
      },
    })
    expect(referencesOfTask(task)).toEqual({ tasks: ['a', 'b', 'c'], usesItem: true, usesRun: false })
  })
})

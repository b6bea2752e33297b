import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ancestryOf, graphOf } from '../src/graph.ts'
import { ancestorsOf, levelsOf } from '../src/index.ts'
import { aTask, theTasks } from './someTasks.ts'

describe('levelsOf', () => {
  test('a diamond has three levels, each in the order given', () => {
    expect(levelsOf(theTasks('join<left,right', 'right<start', 'left<start', 'start'))).toEqual([
      ['start'],
      ['right', 'left'],
      ['join'],
    ])
  })

  test('what is in a cycle, or after one, is left out', () => {
    expect(levelsOf(theTasks('a', 'b<c', 'c<b', 'd<c,a'))).toEqual([['a']])
  })

  test('a chain of ten thousand tasks has as many levels', () => {
    const chain = Array.from({ length: 10_000 }, (_, no) => ({
      key: `t${no}`,
      depends_on: no === 0 ? [] : [`t${no - 1}`],
    }))
    expect(levelsOf(chain)).toHaveLength(10_000)
    expect(ancestorsOf(chain, 't9999').size).toBe(9_999)
  })
})

describe('ancestorsOf', () => {
  test('has all tasks before one, however far, and not the task itself', () => {
    const tasks = theTasks('a', 'b<a', 'c<b', 'd', 'e<c,d', 'f<a')
    expect([...ancestorsOf(tasks, 'e')].sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(ancestorsOf(tasks, 'a').size).toBe(0)
  })

  test('the bits for all pairs agree with a search for each', () => {
    const dags = fc.integer({ min: 1, max: 70 }).chain((count) =>
      fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 150 }).map((edges) =>
        Array.from({ length: count }, (_, child) =>
          aTask({
            key: `t${child}`,
            depends_on: edges
              .filter(([, to]) => to === child)
              .flatMap(([from]) => (from < child ? [`t${from}`] : [])),
          }),
        ),
      ),
    )
    fc.assert(
      fc.property(dags, (tasks) => {
        const isAfter = ancestryOf(graphOf(tasks))
        for (const [child, { key }] of tasks.entries()) {
          const before = ancestorsOf(tasks, key)
          const found = tasks.filter((_, place) => isAfter(child, place)).map((task) => task.key)
          expect(found.sort()).toEqual([...before].sort())
        }
      }),
      { numRuns: 50 },
    )
  })
})

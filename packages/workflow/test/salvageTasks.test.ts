import { describe, expect, test } from '@jest/globals'
import { checkTasks, salvageTasks } from '../src/index.ts'
import { aTask } from './someTasks.ts'

describe('salvageTasks', () => {
  test('tasks that are right come out as their schema reads them', () => {
    const given = { key: 'a', handler_name: 'work', retries: 2 }
    expect(salvageTasks([given])).toEqual([aTask({ max_retry: 2 })])
  })

  test('of the others what can be read is kept, so that the shape is checked in spite of them', () => {
    const tasks = salvageTasks([
      { key: 'a', handler_name: 'work', max_retry: -1, depends_on: ['c'] },
      { key: 'b', depends_on: ['a', 'zebra'], surprise: 1 },
      { key: 'c', handler_name: 7, depends_on: ['b'], condition: '1 +', priority: 'high' },
      { key: 'd d', handler_name: 'work', schedule_id: 3 },
      { key: 'e', handler_name: 'work', depends_on: ['d d'] },
    ])
    expect(checkTasks(tasks).map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'tasks[1].depends_on[1]: is no task',
      'tasks[0].depends_on[0]: closes a cycle: a -> b -> c -> a',
      'tasks[2].condition: Unexpected token: EOF (character 4)',
    ])
    // A handler that was not said, or not rightly, is not unknown as well.
    expect(checkTasks(tasks, { handlers: new Map([['work', () => null]]) })).toHaveLength(3)
  })

  test.each([[null], ['tasks'], [{}]])('%j has no tasks', (given) => {
    expect(salvageTasks(given)).toEqual([])
  })

  test('what is no task at all keeps its place', () => {
    const tasks = salvageTasks([null, 5, ['a'], { key: 'd', handler_name: 'work' }, {}])
    expect(tasks.map(({ key }) => key)).toEqual([
      'unreadable_0',
      'unreadable_1',
      'unreadable_2',
      'd',
      'unreadable_4',
    ])
    expect(checkTasks(tasks)).toEqual([])
  })
})

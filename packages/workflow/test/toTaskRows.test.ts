import { describe, expect, test } from '@jest/globals'
import { toTaskRows } from '../src/index.ts'
import { aTask, theTasks } from './someTasks.ts'

describe('toTaskRows', () => {
  test('a task becomes a row that its last parent can release', () => {
    const task = aTask({
      key: 'load',
      handler_name: 'http',
      params: { url: 'https://a.example' },
      max_retry: 3,
      retry_delay_seconds: 5,
      retry_backoff: 'fixed',
      timeout_seconds: 60,
      priority: 2,
      queue: 'io',
    })
    expect(toTaskRows([task])).toEqual({
      tasks: [
        {
          no: 0,
          key: 'load',
          kind: 'handler',
          handlerName: 'http',
          params: { url: 'https://a.example' },
          parents: 0,
          triggerRule: 'all_success',
          maxRetry: 3,
          retryDelaySeconds: 5,
          retryBackoff: 'fixed',
          timeoutSeconds: 60,
          priority: 2,
          queue: 'io',
          isDecided: false,
          spec: {},
        },
      ],
      edges: [],
    })
  })

  test('dependencies become edges by number', () => {
    const { tasks, edges } = toTaskRows(theTasks('join<right,left', 'left<start', 'right<start', 'start'))
    expect(tasks.map(({ no, key, parents }) => [no, key, parents])).toEqual([
      [0, 'join', 2],
      [1, 'left', 1],
      [2, 'right', 1],
      [3, 'start', 0],
    ])
    expect(edges).toEqual([
      { parentNo: 2, childNo: 0 },
      { parentNo: 1, childNo: 0 },
      { parentNo: 3, childNo: 1 },
      { parentNo: 3, childNo: 2 },
    ])
  })

  test.each<[Record<string, unknown>, string, boolean, Record<string, unknown>]>([
    [{}, 'handler', false, {}],
    [{ params: { '{{ x }}': 'plain' } }, 'handler', false, {}],
    [{ params: { deep: [{ x: 'a {{ run.id }}' }] } }, 'handler', true, {}],
    [{ condition: 'true' }, 'handler', true, { condition: 'true' }],
    [{ for_each: [] }, 'handler', true, { for_each: [] }],
    [{ for_each: '[1]' }, 'handler', true, { for_each: '[1]' }],
    [{ schedule_id: 7 }, 'schedule', true, { schedule_id: 7 }],
    [
      { approval: { role: 'admin', message: 'Go?', deadline_seconds: 60 } },
      'approval',
      true,
      { approval: { role: 'admin', message: 'Go?', deadline_seconds: 60 } },
    ],
    [{ wait_for: { event: 'e' } }, 'event', true, { wait_for: { event: 'e' } }],
  ])('%j is a task of kind %s; decided by a dispatcher: %s', (given, kind, isDecided, spec) => {
    const [row] = toTaskRows([aTask(given)]).tasks
    expect(row).toMatchObject({ kind, isDecided, spec })
    expect(row!.spec).toEqual(spec)
    expect(row!.handlerName !== null).toBe(kind === 'handler')
  })

  test("another engine's operator stands for a handler", () => {
    expect(toTaskRows([aTask({ operator: 'bash' })]).tasks[0]).toMatchObject({
      kind: 'handler',
      handlerName: 'bash',
    })
  })
})

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type CheckOptions, checkTasks, type HandlerCheck, type TaskDefinition } from '../src/index.ts'
import { aTask, theTasks } from './someTasks.ts'

/** `field: message` of each fault. */
function faults(tasks: TaskDefinition[], options?: CheckOptions): string[] {
  return checkTasks(tasks, options).map(({ field, message }) => `${field}: ${message}`)
}

describe('checkTasks: the shape', () => {
  test('finds nothing wrong with a nightly report', () => {
    const tasks = [
      aTask({ key: 'extract' }),
      aTask({ key: 'check', depends_on: ['extract'], condition: 'tasks.extract.result.rows > 0' }),
      aTask({
        key: 'load',
        depends_on: ['check'],
        for_each: 'tasks.extract.result.files',
        params: {
          file: '{{ item }}',
          no: '{{ index }}',
          day: '{{ date(run.scheduled_time, "Asia/Seoul") }}',
        },
      }),
      aTask({ key: 'publish', depends_on: ['load'], approval: { message: 'Publish?' } }),
      aTask({ key: 'alert', depends_on: ['load', 'publish'], trigger_rule: 'one_failed' }),
    ]
    expect(faults(tasks)).toEqual([])
  })

  test('tells everything at once, by field', () => {
    const tasks = [
      aTask({ key: 'extract', depends_on: ['load'] }),
      aTask({ key: 'load', depends_on: ['extrat', 'extract', 'load', 'extract'] }),
      aTask({ key: 'extract' }),
      aTask({ key: 'alert', trigger_rule: 'one_failed' }),
    ]
    expect(faults(tasks)).toEqual([
      'tasks[1].depends_on[0]: is no task, did you mean "extract"?',
      'tasks[1].depends_on[2]: is the task itself',
      'tasks[1].depends_on[3]: is there twice',
      'tasks[2].key: is the key of tasks[0] as well',
      'tasks[3].trigger_rule: one_failed needs a task in depends_on',
      'tasks[0].depends_on[0]: closes a cycle: extract -> load -> extract',
    ])
  })

  test('each cycle is named task by task', () => {
    const tasks = theTasks('a<c', 'b<a', 'c<b', 'x<y,a', 'y<x')
    expect(faults(tasks)).toEqual([
      'tasks[0].depends_on[0]: closes a cycle: a -> b -> c -> a',
      'tasks[3].depends_on[0]: closes a cycle: x -> y -> x',
    ])
  })

  test('a cycle of ten thousand tasks is told, shortened, with expressions in all of them', () => {
    const ring = Array.from({ length: 10_000 }, (_, no) =>
      aTask({
        key: `t${no}`,
        depends_on: [`t${(no + 9_999) % 10_000}`],
        params: { x: '{{ tasks.t5.result.x }}' },
      }),
    )
    const [fault, ...others] = faults(ring)
    expect(fault).toMatch(
      /^tasks\[0\]\.depends_on\[0\]: closes a cycle: t0 -> t1 -> .* \.\.\. 9981 more \.\.\. -> t9999 -> t0$/,
    )
    expect(others).toEqual([])
  })

  test('more dependencies than a run can carry are refused', () => {
    const keys = Array.from({ length: 400 }, (_, no) => `p${no}`)
    const children = Array.from({ length: 300 }, (_, no) => aTask({ key: `c${no}`, depends_on: keys }))
    expect(faults([...keys.map((key) => aTask({ key })), ...children])).toEqual([
      'tasks: have 120000 dependencies, at most 100000 are allowed',
    ])
  })

  test('what only a handler has is refused of other tasks, as it would do nothing', () => {
    expect(
      faults([
        aTask({ key: 'a', approval: {}, max_retry: 1, timeout_seconds: 5, params: { x: 1 }, for_each: [1] }),
        aTask({ key: 'b', wait_for: { event: 'e' }, timeout_seconds: 5 }),
        aTask({ key: 'c', schedule_id: 7, params: { x: 1 }, for_each: [1], max_retry: 1 }),
      ]),
    ).toEqual([
      'tasks[0].max_retry: goes with handler_name only: nothing of this task is tried again',
      'tasks[0].timeout_seconds: goes with handler_name only; approval has deadline_seconds',
      'tasks[0].params: go with handler_name or schedule_id only',
      'tasks[0].for_each: goes with handler_name or schedule_id only',
      'tasks[1].timeout_seconds: goes with handler_name only; wait_for has deadline_seconds',
      'tasks[2].max_retry: goes with handler_name only: nothing of this task is tried again',
    ])
  })

  test('operators of another engine are refused by ours', () => {
    const tasks = [aTask({ operator: 'bash', params: { command: 'ls' } })]
    expect(faults(tasks)).toEqual([
      'tasks[0].operator: bash goes with engine airflow only; name a handler in handler_name',
    ])
    expect(faults(tasks, { engine: 'airflow' })).toEqual([])
  })

  test('tasks that only depend on earlier ones are never at fault', () => {
    const dags = fc.array(fc.array(fc.nat(50), { maxLength: 4 }), { maxLength: 50 }).map((parents) =>
      parents.map((places, no) =>
        aTask({
          key: `t${no}`,
          depends_on: no === 0 ? [] : [...new Set(places.map((place) => `t${place % no}`))],
          // The first task is before all that depend on anything.
          condition: no > 0 && places.length > 0 ? null : 'run.id > 0',
        }),
      ),
    )
    fc.assert(fc.property(dags, (tasks) => expect(faults(tasks)).toEqual([])))
  })
})

describe('checkTasks: expressions', () => {
  const start = aTask({ key: 'start' })
  const after = (given: Record<string, unknown>) => [
    start,
    aTask({ key: 'b', depends_on: ['start'], ...given }),
  ]

  test.each([
    ['does not parse', { condition: '1 +' }, 'condition: Unexpected token: EOF (character 4)'],
    ['is never a boolean', { condition: '"yes"' }, 'condition: gives string, expected bool: true or false'],
    ['is never a list', { for_each: '{"a": 1}' }, 'for_each: gives map<string, int>, expected a list'],
    [
      'names a task that is not there',
      { condition: 'tasks.stat.result.x' },
      'condition: there is no task "stat", did you mean "start"? (character 1)',
    ],
    [
      'names its own task',
      { condition: 'tasks.b.result.x' },
      'condition: task "b" is this task itself: only tasks it depends on have a result by then (character 1)',
    ],
    [
      'names what a task does not have',
      { condition: 'true && tasks.start.results.x' },
      'condition: tasks.start has result, status, and no results (character 9)',
    ],
    [
      'names what a run does not have',
      { params: { x: '{{ run.title }}' } },
      'params.x: run has id, scheduled_time, params, and no title (character 1)',
    ],
    [
      'looks for a task by a computed name',
      { condition: 'tasks["sta" + "rt"].result.x' },
      'condition: name a task by its key, as in tasks.extract or tasks["load-a"] (character 1)',
    ],
    [
      'uses item without a list',
      { params: { x: '{{ item }}' } },
      'params.x: item and index are known only in params of a for_each task (character 1)',
    ],
    [
      'uses item before there is one',
      { for_each: '[1]', condition: 'index > 1' },
      'condition: item and index are known only in params of a for_each task (character 1)',
    ],
    ['does not end', { params: { x: [{ y: 'a {{ 1' }] } }, 'params.x[0].y: {{ has no }} (character 3)'],
    [
      'chooses a secret',
      { params: { x: { $secret: '{{ run.id }}' } } },
      'params.x.$secret: the name of a secret cannot hold an expression',
    ],
  ])('one that %s', (_, given, expected) => {
    expect(faults(after(given))).toEqual([`tasks[1].${expected}`])
  })

  test('one that names a task beside it, or after it', () => {
    const tasks = theTasks('a', 'b<a', 'c<a', 'd<b')
    tasks[1] = aTask({
      key: 'b',
      depends_on: ['a'],
      params: { x: '{{ tasks.c.status }} {{ tasks.d.status }}' },
    })
    expect(faults(tasks)).toEqual([
      'tasks[1].params.x: task "c" does not come before "b": only tasks it depends on have a result by then (character 1)',
      'tasks[1].params.x: task "d" does not come before "b": only tasks it depends on have a result by then (character 1)',
    ])
  })

  test('a task far before it may be named', () => {
    const tasks = theTasks('a', 'b<a', 'c<b', 'd<c')
    tasks[3] = aTask({ key: 'd', depends_on: ['c'], condition: 'tasks.a.status == "SUCCESS"' })
    expect(faults(tasks)).toEqual([])
  })
})

describe('checkTasks: handlers', () => {
  const http: HandlerCheck = (params) =>
    ['url', 'method', 'body.text']
      .filter((field) => JSON.stringify(params).includes('bad') || !(field in params))
      .map((field) => ({ field, message: 'is wrong' }))
  const handlers = new Map([['http', http]])

  test('an unknown one is told with what it may have meant', () => {
    const tasks = [aTask({ handler_name: 'htp' }), aTask({ key: 'b', schedule_id: 7 })]
    expect(checkTasks(tasks, { handlers })).toEqual([
      {
        field: 'tasks[0].handler_name',
        message: 'is not a known handler, did you mean "http"?',
        received: 'htp',
        expected: ['http'],
      },
    ])
    expect(faults(tasks, { handlers: new Map() })).toEqual([
      'tasks[0].handler_name: is not a known handler: no worker has published any yet; start a worker first',
    ])
    expect(faults(tasks)).toEqual([])
  })

  test('what is wrong with params is told, but not of a value that an expression will make', () => {
    const check = (params: Record<string, unknown>) =>
      faults([aTask({ handler_name: 'http', params })], { handlers })
    expect(check({ url: 'bad', method: 'bad' })).toEqual([
      'tasks[0].params.url: is wrong',
      'tasks[0].params.method: is wrong',
      'tasks[0].params.body.text: is wrong',
    ])
    expect(check({ url: 'bad {{ run.id }}', method: 'bad', body: '{{ run.params.body }}' })).toEqual([
      'tasks[0].params.method: is wrong',
    ])
    expect(
      check({ url: 'bad', method: 'bad', body: { text: ['{{ run.id }}'] }, urls: '{{ run.id }}' }),
    ).toEqual(['tasks[0].params.url: is wrong', 'tasks[0].params.method: is wrong'])
  })

  test('a fault of params as a whole stands at params', () => {
    const handlers = new Map<string, HandlerCheck>([['work', () => [{ field: '', message: 'is wrong' }]]])
    expect(faults([aTask()], { handlers })).toEqual(['tasks[0].params: is wrong'])
  })
})

import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { notificationsSchema, scheduleTimingSchema, taskSchema, tasksSchema } from '../src/index.ts'

/** `path: message` of each issue. */
function issues(task: Record<string, unknown>): string[] {
  const parsed = taskSchema.safeParse({ key: 'a', handler_name: 'work', ...task })
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('taskSchema', () => {
  test('fills in what was left out', () => {
    expect(taskSchema.parse({ key: 'a', handler_name: ' http ' })).toEqual({
      key: 'a',
      description: null,
      handler_name: 'http',
      params: {},
      depends_on: [],
      trigger_rule: 'all_success',
      max_retry: 0,
      retry_delay_seconds: 10,
      retry_backoff: 'exponential',
      timeout_seconds: null,
      condition: null,
      for_each: null,
      priority: 0,
      queue: 'default',
    })
    expect(taskSchema.parse({ key: 'a', approval: {} }).approval).toEqual({ role: 'operator' })
  })

  test('retries and timeout are other names, which must not contradict the first', () => {
    expect(taskSchema.parse({ key: 'a', handler_name: 'h', retries: 3, timeout: 60 })).toMatchObject({
      max_retry: 3,
      timeout_seconds: 60,
    })
    expect(issues({ retries: 3, max_retry: 3 })).toEqual([])
    expect(issues({ retries: 3, max_retry: 0, timeout: null, timeout_seconds: 5 })).toEqual([
      'retries: contradicts max_retry; give one of them',
      'timeout: contradicts timeout_seconds; give one of them',
    ])
  })

  test('a task is exactly one thing', () => {
    expect(issues({ handler_name: undefined })).toEqual([
      'handler_name: nothing to run, expected exactly one of handler_name, schedule_id, approval, wait_for',
    ])
    expect(issues({ schedule_id: 7 })).toEqual([
      'schedule_id: expected exactly one of handler_name, schedule_id, approval, wait_for, not handler_name and schedule_id',
    ])
    for (const kind of [
      { schedule_id: 7 },
      { approval: {} },
      { wait_for: { event: 'e' } },
      { operator: 'bash' },
    ]) {
      expect(issues({ handler_name: undefined, ...kind })).toEqual([])
    }
    expect(issues({ handler_name: undefined, operator: 'jobu' })).toHaveLength(1)
  })

  test.each([
    ['a key with a blank', { key: 'a b' }, 'key'],
    ['a key that begins with a digit', { key: '1a' }, 'key'],
    ['a key that is too long', { key: 'a'.repeat(65) }, 'key'],
    ['a key that objects cannot have', { key: '__proto__' }, 'key'],
    ['a field nobody knows', { retry: 3 }, ''],
    [
      'a deadline of nothing',
      { handler_name: undefined, approval: { deadline_seconds: 0 } },
      'approval.deadline_seconds',
    ],
    ['an event without a name', { handler_name: undefined, wait_for: { event: ' ' } }, 'wait_for.event'],
    ['a role that nobody has', { handler_name: undefined, approval: { role: 'viewer' } }, 'approval.role'],
    ['an empty condition', { condition: ' ' }, 'condition'],
    ['too many items', { for_each: Array.from({ length: 10_001 }, () => 1) }, 'for_each'],
    ['params larger than they may be', { params: { a: 'x'.repeat(1_048_576) } }, 'params'],
    ['a priority beyond smallint', { priority: 40_000 }, 'priority'],
  ])('refuses %s', (_, task, path) => {
    expect(issues(task).map((issue) => issue.split(':')[0])).toEqual([path])
  })

  test('a schedule has from one to ten thousand tasks', () => {
    const tasks = (count: number) =>
      Array.from({ length: count }, (_, no) => ({ key: `t${no}`, handler_name: 'h' }))
    expect(tasksSchema.safeParse([]).success).toBe(false)
    expect(tasksSchema.safeParse(tasks(10_000)).success).toBe(true)
    expect(tasksSchema.safeParse(tasks(10_001)).success).toBe(false)
  })
})

describe('the schemas', () => {
  test('can be written as JSON Schema of what a client sends', () => {
    for (const schema of [tasksSchema, notificationsSchema, scheduleTimingSchema]) {
      expect(() => z.toJSONSchema(schema, { io: 'input' })).not.toThrow()
    }
  })
})

describe('notificationsSchema', () => {
  test('fills in what was left out', () => {
    expect(notificationsSchema.parse({ webhooks: [{ url: 'https://a.example' }] })).toEqual({
      on_success: false,
      on_failure: false,
      recipients: [],
      webhooks: [{ url: 'https://a.example', on: ['success', 'failure'] }],
      templates: {},
    })
  })

  test.each([
    { recipients: ['nobody'] },
    { webhooks: [{ url: 'file:///etc/passwd' }] },
    { webhooks: [{ url: 'https://a.example', on: [] }] },
    { webhooks: [{ url: 'https://a.example', secret: 'the secret itself' }] },
    { templates: { body: 'x' } },
  ])('refuses %j', (given) => {
    expect(notificationsSchema.safeParse(given).success).toBe(false)
  })
})

describe('scheduleTimingSchema', () => {
  test.each([
    [{ time: '9:30' }, false],
    [{ time: '24:00' }, false],
    [{ time: '09:30' }, true],
    [{ day_of_week: 7 }, false],
    [{ day_of_month: 0 }, false],
    [{ frequency: 'yearly' }, false],
    [{ frequency: null, time: null }, true],
  ])('%j: %s', (given, isRight) => {
    expect(scheduleTimingSchema.safeParse(given).success).toBe(isRight)
  })
})

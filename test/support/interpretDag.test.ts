import { describe, expect, test } from '@jest/globals'
import { type DagTask, interpretDag, type Outcome } from './interpretDag.ts'

const task = (
  key: string,
  depends_on: string[] = [],
  trigger_rule: DagTask['trigger_rule'] = 'all_success',
) => ({
  key,
  depends_on,
  trigger_rule,
})

/** `state` or `state reason` of one task after two others. */
function after(rule: DagTask['trigger_rule'], a: Outcome, b: Outcome): string {
  const { tasks } = interpretDag([task('a'), task('b'), task('c', ['a', 'b'], rule)], { a, b })
  const { state, reason } = tasks.get('c')!
  return reason ?? state
}

describe('interpretDag', () => {
  const skipped = { condition: false } as const
  test.each([
    ['all_success', 'SUCCESS', 'SUCCESS', 'SUCCESS'],
    ['all_success', 'SUCCESS', 'FAILED', 'UPSTREAM_FAILED'],
    ['all_success', 'SUCCESS', 'CANCELLED', 'UPSTREAM_FAILED'],
    ['all_success', 'SUCCESS', skipped, 'UPSTREAM_SKIPPED'],
    ['all_success', 'TIMEOUT', skipped, 'UPSTREAM_FAILED'],
    ['all_done', 'FAILED', skipped, 'SUCCESS'],
    ['one_success', 'SUCCESS', 'FAILED', 'SUCCESS'],
    ['one_success', skipped, 'FAILED', 'UPSTREAM_FAILED'],
    ['one_success', skipped, skipped, 'UPSTREAM_SKIPPED'],
    ['one_failed', 'SUCCESS', 'TIMEOUT', 'SUCCESS'],
    ['one_failed', 'SUCCESS', skipped, 'NOTHING_FAILED'],
    ['none_failed', 'SUCCESS', skipped, 'SUCCESS'],
    ['none_failed', skipped, skipped, 'SUCCESS'],
    ['none_failed', 'SUCCESS', 'FAILED', 'UPSTREAM_FAILED'],
  ] as const)('%s after %j and %j: %s', (rule, a, b, expected) => {
    expect(after(rule, a, b)).toBe(expected)
  })

  test('a failure is handed on through tasks that it kept from running, and an alert hears of it', () => {
    const tasks = [task('a'), task('b', ['a']), task('c', ['b']), task('alert', ['c'], 'one_failed')]
    const failed = interpretDag(tasks, { a: 'FAILED' })
    expect(failed.tasks.get('c')).toEqual({ state: 'SKIPPED', reason: 'UPSTREAM_FAILED' })
    expect(failed.tasks.get('alert')).toEqual({ state: 'SUCCESS', reason: null })
    expect(failed.run).toBe('FAILED')
    expect(interpretDag(tasks).tasks.get('alert')).toEqual({ state: 'SKIPPED', reason: 'NOTHING_FAILED' })
    expect(interpretDag(tasks).run).toBe('SUCCESS')
  })

  test('a list fails with one of its items, and an empty one succeeds', () => {
    const stateOf = (items: Array<'SUCCESS' | 'SKIPPED' | 'FAILED'>) =>
      interpretDag([task('a')], { a: { items } }).tasks.get('a')
    expect(stateOf(['SUCCESS', 'FAILED'])).toEqual({ state: 'FAILED', reason: 'ITEM_FAILED' })
    expect(stateOf(['SUCCESS', 'SKIPPED'])).toEqual({ state: 'SUCCESS', reason: null })
    expect(stateOf([])).toEqual({ state: 'SUCCESS', reason: null })
  })

  test('refuses tasks in a cycle', () => {
    expect(() => interpretDag([task('a', ['b']), task('b', ['a'])])).toThrow('no DAG')
  })
})

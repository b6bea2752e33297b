import { describe, expect, test } from '@jest/globals'
import { sleep } from '../src/builtin/sleep.ts'
import { AbortReason } from '../src/index.ts'
import { aContext } from './support/aContext.ts'
import { runHandler } from './support/runHandler.ts'

describe('sleep', () => {
  test('reports progress in its steps and returns how long it slept', async () => {
    const ctx = aContext()
    expect(await runHandler(sleep, { seconds: 0.02, steps: 2 }, ctx)).toEqual({ slept_seconds: 0.02 })
    expect(ctx.steps).toEqual([
      { percent: 50, step: 'step 1 of 2' },
      { percent: 100, step: 'step 2 of 2' },
    ])
  })

  test('fails with the given message after the wait', async () => {
    await expect(runHandler(sleep, { seconds: 0, fail: 'as asked' })).rejects.toThrow('as asked')
  })

  test('an abort in the middle of a day of sleep ends it with the reason', async () => {
    const controller = new AbortController()
    const reason = new AbortReason('CANCELLED', 'cancelled by kim')
    const run = runHandler(sleep, { seconds: 86_400 }, aContext({ signal: controller.signal }))
    controller.abort(reason)
    await expect(run).rejects.toBe(reason)
  })

  test('more than a day, and a field it does not know, are refused', async () => {
    await expect(runHandler(sleep, { seconds: 86_401 })).rejects.toThrow('seconds')
    await expect(runHandler(sleep, { seconds: 1, second: 2 })).rejects.toThrow('second')
  })
})

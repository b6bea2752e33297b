import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { defineHandler } from '../defineHandler.ts'
import { HandlerFailure } from '../errors.ts'

export const sleep = defineHandler({
  name: 'sleep',
  description: 'Waits, for trying things out',
  params: z.strictObject({
    seconds: z.number().min(0).max(86_400).describe('How long to wait, in seconds'),
    steps: z.int().min(1).max(1_000).default(10).describe('How many times to report progress on the way'),
    fail: z.string().min(1).optional().describe('Fail with this message after the wait'),
  }),
  async run({ seconds, steps, fail }, ctx) {
    for (let step = 1; step <= steps; step++) {
      try {
        await delay((seconds * 1_000) / steps, undefined, { signal: ctx.signal })
      } catch (error) {
        ctx.signal.throwIfAborted()
        throw error
      }
      ctx.progress((step * 100) / steps, `step ${step} of ${steps}`)
    }
    if (fail !== undefined) throw new HandlerFailure('SLEEP_FAIL', fail)
    return { slept_seconds: seconds }
  },
})

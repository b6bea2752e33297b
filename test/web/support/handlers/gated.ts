import { setTimeout as delay } from 'node:timers/promises'
import { defineHandler, z } from '@jobu/handlers'

const LOOK_MS = 50

interface Gate {
  progress: number
  step: string
  outcome: string | null
}

/** Goes on as a row of `gates` says, so that a test holds it where it wants to look, and ends it as it wants. */
export const gated = defineHandler({
  name: 'gated',
  description: 'Waits for a test',
  params: z.object({
    gate: z.string().describe('The row it follows'),
    note: z.string().optional().describe('Written to the log'),
  }),
  async run({ gate, note }, ctx) {
    ctx.logger.info(note ?? 'waiting at the gate')
    for (let shown = -1; ; ) {
      const { rows } = await ctx
        .getConnection()
        .query<Gate>('SELECT progress, step, outcome FROM gates WHERE name = $1', [gate])
      const row = rows[0]
      if (row && row.progress !== shown) {
        shown = row.progress
        ctx.progress(shown, row.step)
        ctx.logger.warn(`reached ${row.step}`, { progress: shown })
      }
      if (row?.outcome === 'SUCCESS') return { gate }
      if (row?.outcome) throw new Error(row.outcome)
      await delay(LOOK_MS, undefined, { signal: ctx.signal })
    }
  },
})

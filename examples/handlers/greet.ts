import { defineHandler, z } from '@jobu/handlers'

export const greet = defineHandler({
  name: 'greet',
  params: z.object({ who: z.string() }),
  async run({ who }, ctx) {
    ctx.logger.info(`greeting ${who}`)
    return { greeting: `Hello, ${who}` }
  },
})

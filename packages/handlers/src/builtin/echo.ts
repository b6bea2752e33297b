import { z } from 'zod'
import { defineHandler } from '../defineHandler.ts'

export const echo = defineHandler({
  name: 'echo',
  description: 'Returns its params, for trying things out',
  params: z.looseObject({ message: z.string().optional().describe('Written to the log of the execution') }),
  run(params, ctx) {
    if (params.message !== undefined) ctx.logger.info(params.message)
    return params
  },
})

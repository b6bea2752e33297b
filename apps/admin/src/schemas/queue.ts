import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { pagingFields, refuseMixedPaging } from './paging.ts'

export const listQueuesQuery = z.strictObject(pagingFields).superRefine(refuseMixedPaging)
export type ListQueuesQuery = z.output<typeof listQueuesQuery>

const count = z.int().min(0)
const isExact = (name: string) => z.boolean().meta({ description: `False: there are at least \`${name}\`` })

export const queueAnswer = z
  .object({
    name: z.string().meta({ example: 'default' }),
    ready: count.meta({ description: 'Executions that can be claimed' }),
    ready_is_exact: isExact('ready'),
    waiting: count.meta({
      description: 'Those that wait for their time, an overlap or their turn in a backfill',
    }),
    waiting_is_exact: isExact('waiting'),
    running: count.meta({ description: 'Those that workers hold' }),
    running_is_exact: isExact('running'),
    oldest_ready_ms: count.nullable().meta({
      description: 'For how long the oldest ready one could have been claimed; null where nothing is ready',
    }),
    workers: count.meta({ description: 'Live workers that claim from it; draining ones do not' }),
    is_served: z.boolean().meta({ description: 'Whether there is such a worker' }),
  })
  .meta({
    id: 'Queue',
    description: 'A name that executions carry and workers choose by, and what it holds now',
  })
export const queuePage = pageOfAnswers(queueAnswer).meta({ id: 'QueuePage' })

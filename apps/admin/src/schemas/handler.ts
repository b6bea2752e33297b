import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { instantAnswer, jsonObject, queryText } from './fields.ts'
import { fieldsQuery, pagingFields, refuseMixedPaging } from './paging.ts'

export const handlerParams = z.object({ name: z.string().min(1).max(255) })

export const handlerAnswer = z
  .object({
    name: z.string().meta({ example: 'http' }),
    description: z.string().nullable(),
    params_schema: jsonObject.meta({ description: 'JSON Schema of its params' }),
    isolation: z.string().meta({ description: 'Where it runs: none, process or thread', example: 'none' }),
    source: z.string().meta({ description: '`builtin`, or the file it comes from' }),
    published_at: instantAnswer,
    is_served: z.boolean().meta({ description: 'Whether a live worker has it' }),
    worker_ids: z.array(z.string()).meta({ description: 'Live workers that have it, the first hundred' }),
    queues: z.array(z.string()).meta({ description: 'What those workers serve; `*` is every queue' }),
    cron_count: z.int().meta({ description: 'How many crons use it' }),
  })
  .meta({ id: 'Handler', description: 'A handler that workers have published' })

export const handlerPage = pageOfAnswers(
  handlerAnswer
    .partial()
    .meta({ id: 'HandlerItem', description: 'A handler; with `fields`, those fields of it' }),
).meta({ id: 'HandlerPage' })

export const listHandlersQuery = z
  .strictObject({
    q: queryText.optional().meta({ description: 'Part of the name or description', example: 'http' }),
    fields: fieldsQuery(Object.keys(handlerAnswer.shape) as Array<keyof typeof handlerAnswer.shape>),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListHandlersQuery = z.output<typeof listHandlersQuery>

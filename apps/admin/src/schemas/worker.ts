import { DISPATCHER_STATUSES, WORKER_STATUSES } from '@jobu/db'
import { z } from 'zod'
import { pageOfAnswers } from './answers.ts'
import { instantAnswer, severalOf } from './fields.ts'
import { fieldsQuery, pagingFields, refuseMixedPaging } from './paging.ts'

/** Workers and dispatchers name themselves. */
export const serviceParams = z.object({ id: z.string().min(1).max(255) })

const serviceFields = {
  id: z.string().meta({ example: 'worker-host1-5f3a9c01' }),
  hostname: z.string(),
  pid: z.int(),
  version: z.string(),
  is_alive: z
    .boolean()
    .meta({ description: 'Whether it has shown itself in the last minute, and not stopped' }),
  started_at: instantAnswer,
  heartbeat_at: instantAnswer,
  stopped_at: instantAnswer.nullable(),
}

export const workerAnswer = z
  .object({
    ...serviceFields,
    status: z.enum(WORKER_STATUSES),
    queues: z.array(z.string()).meta({ description: 'What it serves; `*` is every queue' }),
    handlers: z.array(z.string()),
    pool_size: z.int().meta({ description: 'How many handlers it runs at once' }),
    running: z.int().meta({ description: 'How many executions it held at its last heartbeat' }),
    execution_ids: z.array(z.int()).meta({ description: 'What it holds now, the first hundred of it' }),
  })
  .meta({ id: 'Worker', description: 'A worker process' })

export const dispatcherAnswer = z
  .object({ ...serviceFields, status: z.enum(DISPATCHER_STATUSES) })
  .meta({ id: 'Dispatcher', description: 'A dispatcher process' })

export const workerPage = pageOfAnswers(
  workerAnswer
    .partial()
    .meta({ id: 'WorkerItem', description: 'A worker; with `fields`, those fields of it' }),
).meta({ id: 'WorkerPage' })
export const dispatcherPage = pageOfAnswers(
  dispatcherAnswer
    .partial()
    .meta({ id: 'DispatcherItem', description: 'A dispatcher; with `fields`, those fields of it' }),
).meta({ id: 'DispatcherPage' })

/** Of a worker's or a dispatcher's answer, for a list that can be narrowed to them. */
const fieldsOf = <T extends z.ZodRawShape>({ shape }: z.ZodObject<T>) =>
  fieldsQuery(Object.keys(shape) as Array<keyof T & string>)

export const listWorkersQuery = z
  .strictObject({
    status: severalOf(WORKER_STATUSES).optional(),
    fields: fieldsOf(workerAnswer),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListWorkersQuery = z.output<typeof listWorkersQuery>

export const listDispatchersQuery = z
  .strictObject({
    status: severalOf(DISPATCHER_STATUSES).optional(),
    fields: fieldsOf(dispatcherAnswer),
    ...pagingFields,
  })
  .superRefine(refuseMixedPaging)
export type ListDispatchersQuery = z.output<typeof listDispatchersQuery>

import { RETRY_BACKOFFS, TRIGGER_RULES } from '@jobu/db'
import { z } from 'zod'

export const MAX_TASKS = 10_000
/** Of a `for_each`. */
export const MAX_ITEMS = 10_000
const MAX_PARAMS_BYTES = 1_048_576
/** A year: nobody waits longer for a person, or for an event. */
const MAX_DEADLINE_SECONDS = 31_536_000
/** What of a task decides its kind; the first that is there. */
export const KINDS = ['handler_name', 'schedule_id', 'approval', 'wait_for'] as const

export const taskKey = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/)
  // Code that keeps tasks by their key in an object would lose it.
  .refine((key) => key !== '__proto__', 'cannot be used as a key')
  .meta({ description: 'Unique among the tasks', example: 'extract' })

const expression = z
  .string()
  .trim()
  .min(1)
  .max(4_096)
  .meta({ description: 'A CEL expression', example: 'tasks.extract.result.rows > 0' })

const deadlineSeconds = z
  .int()
  .min(1)
  .max(MAX_DEADLINE_SECONDS)
  .nullable()
  .optional()
  .meta({ description: 'The task fails when nobody answers for so long; null: it waits for ever' })

const params = z
  .record(z.string(), z.unknown())
  .refine(
    (value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_PARAMS_BYTES,
    `are more than ${MAX_PARAMS_BYTES} bytes of JSON`,
  )
  .meta({
    description: 'For the handler; texts may hold `{{ expressions }}` over the tasks before it and the run',
    example: { path: '{{ tasks.extract.result.path }}' },
  })

const maxRetry = z.int().min(0).max(1_000)
/** At most what a timer of Node can wait, 24 days. */
const timeoutSeconds = z.int().min(1).max(2_147_483).nullable()

const fields = {
  key: taskKey,
  description: z.string().max(10_000).nullable().default(null),
  handler_name: z.string().trim().min(1).max(255).optional().meta({ example: 'http' }),
  schedule_id: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'The task is a run of this schedule', example: 7 }),
  approval: z
    .strictObject({
      role: z.enum(['operator', 'admin']).default('operator'),
      message: z.string().max(10_000).nullable().optional(),
      deadline_seconds: deadlineSeconds,
    })
    .optional()
    .meta({ description: 'The task waits for a person to approve it', example: { message: 'Publish?' } }),
  wait_for: z
    .strictObject({ event: z.string().trim().min(1).max(255), deadline_seconds: deadlineSeconds })
    .optional()
    .meta({
      description: 'The task waits for an event (`POST /schedules/signals`)',
      example: { event: 'files.arrived' },
    }),
  params: params.default({}),
  depends_on: z
    .array(z.string().max(64))
    .max(MAX_TASKS)
    .default([])
    .meta({ description: 'Keys of the tasks it comes after', example: ['extract'] }),
  trigger_rule: z
    .enum(TRIGGER_RULES)
    .default('all_success')
    .meta({ description: 'How the tasks before it must end for it to run' }),
  max_retry: maxRetry.optional().meta({ description: 'Tries after the first; 0 where left out' }),
  retries: maxRetry.optional().meta({ description: 'Another name of `max_retry`' }),
  retry_delay_seconds: z.int().min(0).max(604_800).default(10),
  retry_backoff: z.enum(RETRY_BACKOFFS).default('exponential'),
  timeout_seconds: timeoutSeconds.optional().meta({ description: 'Null, or left out: no limit' }),
  timeout: timeoutSeconds.optional().meta({ description: 'Another name of `timeout_seconds`' }),
  condition: expression
    .nullable()
    .optional()
    .meta({ description: 'A CEL expression; where it is false the task is skipped' }),
  for_each: z
    .union([expression, z.array(z.unknown()).max(MAX_ITEMS)])
    .nullable()
    .optional()
    .meta({
      description: `A list, or a CEL expression that gives one: the task runs once for each \`item\`, at most ${MAX_ITEMS}`,
      example: 'tasks.list.result.files',
    }),
  priority: z.int().min(-32_768).max(32_767).default(0).meta({ description: 'Higher first' }),
  queue: z.string().min(1).max(100).default('default').meta({ description: 'Workers choose by it' }),
  operator: z.enum(['jobu', 'bash', 'python', 'http']).optional().meta({
    description: 'What an engine `airflow` runs it with; with another than `jobu` it needs no handler',
  }),
}

/** A task as the API takes it, with what was left out filled in. */
export const taskSchema = z
  .strictObject(fields)
  .superRefine((task, context) => {
    const given = KINDS.filter((kind) => task[kind] !== undefined)
    const isOfEngine = task.operator !== undefined && task.operator !== 'jobu'
    if (given.length > 1 || (given.length === 0 && !isOfEngine)) {
      const expected = `expected exactly one of ${KINDS.join(', ')}`
      const message =
        given.length === 0 ? `nothing to run, ${expected}` : `${expected}, not ${given.join(' and ')}`
      context.addIssue({ code: 'custom', path: [given[1] ?? 'handler_name'], message })
    }
    for (const [name, alias] of [
      ['max_retry', 'retries'],
      ['timeout_seconds', 'timeout'],
    ] as const) {
      if (task[name] === undefined || task[alias] === undefined || task[name] === task[alias]) continue
      context.addIssue({ code: 'custom', path: [alias], message: `contradicts ${name}; give one of them` })
    }
  })
  .transform(({ retries, timeout, ...task }) => ({
    ...task,
    max_retry: task.max_retry ?? retries ?? 0,
    timeout_seconds: task.timeout_seconds ?? timeout ?? null,
    condition: task.condition ?? null,
    for_each: task.for_each ?? null,
  }))
  .meta({
    id: 'TaskDefinition',
    example: {
      key: 'load',
      handler_name: 'http',
      params: { url: 'https://load.example.com', body: '{{ tasks.extract.result.path }}' },
      depends_on: ['extract'],
      max_retry: 3,
      timeout_seconds: 600,
    },
  })
export type TaskDefinition = z.output<typeof taskSchema>

export const tasksSchema = z.array(taskSchema).min(1).max(MAX_TASKS)

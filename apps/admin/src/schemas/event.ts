import { EXECUTION_STATUSES } from '@jobu/db'
import { z } from 'zod'
import { TOPICS, type Topic } from '../events/feedEvent.ts'
import { id, queryText, sentAs } from './fields.ts'

const MAX_VALUES = 100
const MAX_SHOWN = 100
const DEFAULT_TOPICS: Topic[] = TOPICS.filter((topic) => topic !== 'logs')

/** Repeated, or separated by commas. @param expected  of each, for the error */
function listOf<T extends z.ZodType<unknown, string>>(item: T, expected: string) {
  return z.union([z.string(), z.array(z.string())]).transform((given, context) => {
    const values = new Set([given].flat().flatMap((text) => text.split(',')))
    const refuse = (message: string) => context.addIssue({ code: 'custom', message })
    if (values.size > MAX_VALUES) refuse(`holds ${values.size} values, expected at most ${MAX_VALUES}`)
    return [...values].slice(0, MAX_VALUES).flatMap((value): Array<z.output<T>> => {
      const parsed = item.safeParse(value)
      if (!parsed.success) refuse(`holds ${JSON.stringify(value.slice(0, MAX_SHOWN))}, expected ${expected}`)
      return parsed.success ? [parsed.data] : []
    })
  })
}
const sentList = (items: { type: 'string' | 'integer'; enum?: string[]; minimum?: number }) =>
  sentAs({ type: 'array', items, minItems: 1, maxItems: MAX_VALUES })
const SENT_IDS = sentList({ type: 'integer', minimum: 0 })
const ids = listOf(id, 'a whole number below 2^53')

export const eventsQuery = z.strictObject({
  topics: listOf(z.enum(TOPICS), TOPICS.join(', '))
    .default(DEFAULT_TOPICS)
    .meta({ ...sentList({ type: 'string', enum: [...TOPICS] }), default: DEFAULT_TOPICS }),
  status: listOf(z.enum(EXECUTION_STATUSES), EXECUTION_STATUSES.join(', '))
    .optional()
    .meta({
      ...sentList({ type: 'string', enum: [...EXECUTION_STATUSES] }),
      description: 'Of executions and runs',
    }),
  job_id: ids.optional().meta({ ...SENT_IDS, description: 'Ids of executions, as in /jobs/{id}' }),
  cron_id: ids
    .optional()
    .meta({ ...SENT_IDS, description: 'Ids of crons: themselves, and their executions' }),
  schedule_id: ids
    .optional()
    .meta({ ...SENT_IDS, description: 'Ids of schedules: themselves, and their runs' }),
  handler_name: queryText.optional(),
})
export type EventsQuery = z.output<typeof eventsQuery>

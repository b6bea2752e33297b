import { FOUND_LAST_STATUSES } from '@jobu/db'
import { z } from 'zod'
import { bulkTargets, oneOrMore } from './bulk.ts'

const text = z.string().min(1).max(255)

const cronFilter = z
  .strictObject({
    is_enabled: z.boolean().optional(),
    q: text.optional().meta({ description: 'Part of the name or description' }),
    tag: z
      .union([text, z.array(text).min(1).max(50)])
      .transform((given) => [given].flat())
      .optional()
      .meta({ description: 'Several: those that have all of them' }),
    owner: text.optional(),
    handler_name: text.optional(),
    last_status: oneOrMore(FOUND_LAST_STATUSES).optional(),
  })
  .meta({
    id: 'CronFilter',
    description: 'As the parameters of GET /crons; several tags or statuses as a list',
  })
export type CronFilterBody = z.output<typeof cronFilter>

export const bulkCronsBody = bulkTargets(cronFilter, 'cron').meta({
  id: 'CronsBulkAction',
  example: { filter: { tag: 'backup', is_enabled: false }, dry_run: true },
})
export type BulkCronsBody = z.output<typeof bulkCronsBody>

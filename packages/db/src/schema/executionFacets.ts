import { pgTable, primaryKey, smallint, text, timestamp } from '../drizzle.ts'
import { paramSource } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * Which combinations of these four occur among the executions: a list reads the newest of each combination that its
 * filter allows, instead of the table. Kept by a trigger on insert (`jobu_note_facets`) and by `changeExecution`.
 */
export const executionFacets = pgTable(
  'execution_facets',
  {
    /** Since when no execution has had it; the row is deleted a day later, unless one is written meanwhile. */
    unusedSince: instant('unused_since'),
    paramSource: paramSource('param_source').notNull(),
    priority: smallint('priority').notNull(),
    handlerName: text('handler_name').notNull(),
    queue: text('queue').notNull(),
  },
  (t) => [
    primaryKey({
      name: 'execution_facets_pkey',
      columns: [t.handlerName, t.queue, t.paramSource, t.priority],
    }),
  ],
)

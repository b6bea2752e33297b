import { boolean, check, pgTable, sql, text, timestamp } from '../drizzle.ts'

/**
 * The verdict over a transaction that spans databases. Written in the same commit as the work on `default`, so that
 * after a crash a prepared part elsewhere can be told what became of the whole.
 */
export const twoPhaseDecisions = pgTable(
  'two_phase_decisions',
  {
    gid: text('gid').primaryKey(),
    isCommitted: boolean('is_committed').notNull(),
    decidedAt: timestamp('decided_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  },
  () => [check('two_phase_decisions_gid_is_ours', sql`gid LIKE 'jobu:%'`)],
)

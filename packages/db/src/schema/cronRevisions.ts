import { bigint, boolean, index, pgTable, text, timestamp } from '../drizzle.ts'
import { dayMatch } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * What a cron's instants were decided by, and since when: without it nobody could say of a past instant whether it was
 * due. Written by the triggers `cron_jobs_created` and `cron_jobs_revised`, so that edits by plain SQL are in it too; a
 * fire writes nothing here.
 */
export const cronRevisions = pgTable(
  'cron_revisions',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    jobId: bigint('job_id', { mode: 'number' }).notNull(),
    validFrom: instant('valid_from').notNull(),
    startAt: instant('start_at'),
    endAt: instant('end_at'),
    /** The first slot planned under this revision; null: none. */
    nextRunAt: instant('next_run_at'),
    /** How far the revision before had come: its slots from here on were never dispatched. */
    replacedNextRunAt: instant('replaced_next_run_at'),
    replacedCompletedAt: instant('replaced_completed_at'),
    isEnabled: boolean('is_enabled').notNull(),
    dayMatch: dayMatch('day_match').notNull(),
    cronExpression: text('cron_expression').notNull(),
    timezone: text('timezone').notNull(),
  },
  (t) => [index('cron_revisions_job_idx').on(t.jobId, t.validFrom, t.id)],
)

import { bigint, boolean, check, index, integer, jsonb, pgTable, sql, text, timestamp } from '../drizzle.ts'
import { dayMatch, misfirePolicy, overlapPolicy, scheduleEngine, scheduleFrequency } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** A schedule: when a DAG of tasks runs, and what becomes of its runs. The DAG itself is a version (`schedule_versions`). */
export const schedules = pgTable(
  'schedules',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    title: text('title').notNull(),
    description: text('description'),
    owner: text('owner'),
    tags: text('tags').array().notNull().default([]),
    engine: scheduleEngine('engine').notNull().default('jobu'),
    /** Of another engine: how far it has taken the schedule over, and what is wrong (`{state, message, ...}`). */
    engineState: jsonb('engine_state').$type<Record<string, unknown>>(),
    /** When the other engine is to be looked at next; null for jobu's own. */
    engineSyncAt: instant('engine_sync_at'),
    /** The version new runs begin with. */
    versionId: bigint('version_id', { mode: 'number' }),
    /** What decides its slots, also where it was said as a frequency; null: by hand, or `once`. */
    cronExpression: text('cron_expression'),
    /** Null where an expression was given, or none. */
    frequency: scheduleFrequency('frequency'),
    /** The time of a frequency as it was said: `{time: "HH:MM", minute, day_of_week, day_of_month}`. */
    frequencyTime: jsonb('frequency_time').$type<Record<string, unknown>>(),
    timezone: text('timezone').notNull(),
    dayMatch: dayMatch('day_match').notNull().default('or'),
    /** Inclusive. */
    startDate: instant('start_date'),
    /** Exclusive. */
    endDate: instant('end_date'),
    isEnabled: boolean('is_enabled').notNull().default(true),
    overlapPolicy: overlapPolicy('overlap_policy').notNull().default('skip'),
    maxActiveRuns: integer('max_active_runs').notNull().default(16),
    misfirePolicy: misfirePolicy('misfire_policy').notNull().default('fire_once'),
    misfireLimit: integer('misfire_limit').notNull().default(100),
    misfireGraceSeconds: integer('misfire_grace_seconds').notNull().default(86_400),
    /** `{on_success, on_failure, recipients, webhooks, templates}`. */
    notifications: jsonb('notifications').$type<Record<string, unknown>>().notNull().default({}),
    nextRunAt: instant('next_run_at'),
    completedAt: instant('completed_at'),
    disabledReason: text('disabled_reason'),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    /** A deleted schedule stays, so that its runs keep their title. */
    deletedAt: instant('deleted_at'),
  },
  (t) => [
    index('schedules_due_idx').on(t.nextRunAt).where(sql`is_enabled AND next_run_at IS NOT NULL`),
    index('schedules_engine_idx').on(t.engineSyncAt).where(sql`engine_sync_at IS NOT NULL`),
    check('schedules_deleted_is_disabled', sql`deleted_at IS NULL OR NOT is_enabled`),
    check('schedules_window_is_forward', sql`end_date > start_date`),
    check('schedules_max_active_runs_range', sql`max_active_runs BETWEEN 1 AND 10000`),
    check('schedules_misfire_limit_range', sql`misfire_limit BETWEEN 1 AND 10000`),
    check('schedules_next_run_at_is_finite', sql`isfinite(next_run_at)`),
  ],
)

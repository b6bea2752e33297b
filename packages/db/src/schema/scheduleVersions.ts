import {
  bigint,
  boolean,
  check,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  sql,
  text,
  timestamp,
  uniqueIndex,
} from '../drizzle.ts'
import { retryBackoff, taskKind, triggerRule } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** The DAG of a schedule as it was at one time; never changed, so that a run keeps the one it began with. */
export const scheduleVersions = pgTable(
  'schedule_versions',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    scheduleId: bigint('schedule_id', { mode: 'number' }).notNull(),
    version: integer('version').notNull(),
    /** The tasks as they were given: `{tasks: [...]}`. */
    definition: jsonb('definition').$type<{ tasks: Array<Record<string, unknown>> }>().notNull(),
    createdBy: text('created_by'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('schedule_versions_version_key').on(t.scheduleId, t.version)],
)

/** The tasks of a version, in the form the engine releases them from. `no` counts from 0 in the order given. */
export const scheduleTasks = pgTable(
  'schedule_tasks',
  {
    versionId: bigint('version_id', { mode: 'number' }).notNull(),
    no: integer('no').notNull(),
    /** How many tasks it depends on. */
    parents: integer('parents').notNull(),
    maxRetry: integer('max_retry').notNull().default(0),
    retryDelaySeconds: integer('retry_delay_seconds').notNull().default(10),
    timeoutSeconds: integer('timeout_seconds'),
    kind: taskKind('kind').notNull().default('handler'),
    triggerRule: triggerRule('trigger_rule').notNull().default('all_success'),
    retryBackoff: retryBackoff('retry_backoff').notNull().default('exponential'),
    priority: smallint('priority').notNull().default(0),
    /**
     * Something must be decided before it is released: an expression in its condition, list or params, or it is no
     * handler's task. A dispatcher does that; any other task is released by the statement that settles its last parent.
     */
    isDecided: boolean('is_decided').notNull().default(false),
    key: text('key').notNull(),
    queue: text('queue').notNull().default('default'),
    /** Null unless `kind` is `handler`. */
    handlerName: text('handler_name'),
    params: jsonb('params').$type<Record<string, unknown>>().notNull().default({}),
    /** What only a decision needs: `{condition, for_each, schedule_id, approval, wait_for}`, as given. */
    spec: jsonb('spec').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    primaryKey({ name: 'schedule_tasks_pkey', columns: [t.versionId, t.no] }),
    uniqueIndex('schedule_tasks_key_key').on(t.versionId, t.key),
    check('schedule_tasks_handler_matches_kind', sql`(handler_name IS NOT NULL) = (kind = 'handler')`),
  ],
)

/** Which task of a version waits for which. */
export const scheduleEdges = pgTable(
  'schedule_edges',
  {
    versionId: bigint('version_id', { mode: 'number' }).notNull(),
    parentNo: integer('parent_no').notNull(),
    childNo: integer('child_no').notNull(),
  },
  (t) => [
    primaryKey({ name: 'schedule_edges_pkey', columns: [t.versionId, t.parentNo, t.childNo] }),
    check('schedule_edges_not_to_itself', sql`parent_no <> child_no`),
  ],
)

import {
  bigint,
  check,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  sql,
  text,
  timestamp,
  uniqueIndex,
} from '../drizzle.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** Files that attempts of executions left. `finished_at` is null while one is being written. */
export const artifacts = pgTable(
  'artifacts',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    executionId: bigint('execution_id', { mode: 'number' }).notNull(),
    /** Of its execution; retention goes by it. */
    scheduledTime: instant('scheduled_time').notNull(),
    /** Null for an execution that is no task. */
    taskRunId: bigint('task_run_id', { mode: 'number' }),
    runId: bigint('run_id', { mode: 'number' }),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull().default(0),
    createdAt: instant('created_at').notNull().defaultNow(),
    finishedAt: instant('finished_at'),
    attempt: integer('attempt').notNull(),
    name: text('name').notNull(),
    contentType: text('content_type').notNull(),
    /** Hexadecimal. */
    sha256: text('sha256'),
  },
  (t) => [
    uniqueIndex('artifacts_name_key').on(t.executionId, t.attempt, t.name),
    index('artifacts_run_idx').on(t.runId).where(sql`run_id IS NOT NULL`),
    index('artifacts_time_idx').on(t.scheduledTime),
    index('artifacts_unfinished_idx').on(t.createdAt).where(sql`finished_at IS NULL`),
    check('artifacts_size_not_negative', sql`size_bytes >= 0`),
  ],
)

/** Their content, in pieces that are written and read one by one. */
export const artifactChunks = pgTable(
  'artifact_chunks',
  {
    artifactId: bigint('artifact_id', { mode: 'number' })
      .notNull()
      .references(() => artifacts.id, { onDelete: 'cascade' }),
    no: integer('no').notNull(),
    data: bytea('data').notNull(),
  },
  (t) => [primaryKey({ name: 'artifact_chunks_pkey', columns: [t.artifactId, t.no] })],
)

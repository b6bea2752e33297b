import { type Connection, Database, schema } from '@jobu/db'
import pg from 'pg'
import { createTestDatabase } from './testDatabase.ts'

export type Execution = typeof schema.jobExecutions.$inferSelect
export type ExecutionState = Partial<typeof schema.jobExecutions.$inferInsert>
export type Cron = typeof schema.cronJobs.$inferSelect
export type CronState = Partial<typeof schema.cronJobs.$inferInsert>

export const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000)
export const secondsAhead = (seconds: number) => secondsAgo(-seconds)

/** An execution in any state; what is left out is what such an execution usually has. */
export async function anExecution(db: Connection, state: ExecutionState = {}): Promise<Execution> {
  const { status = 'PENDING', waitingFor = null } = state
  const scheduledTime = state.scheduledTime ?? secondsAgo(1)
  const isRunning = status === 'RUNNING'
  const isFinal = !isRunning && status !== 'PENDING'
  const hasStarted = isRunning || (isFinal && status !== 'SKIPPED')
  const [row] = await db.db
    .insert(schema.jobExecutions)
    .values({
      runAt: scheduledTime,
      readyAt: status === 'PENDING' && waitingFor === null ? new Date() : null,
      startedAt: hasStarted ? secondsAgo(1) : null,
      finishedAt: isFinal ? new Date() : null,
      leaseExpiresAt: isRunning ? secondsAhead(30) : null,
      attempt: hasStarted ? 1 : 0,
      workerId: hasStarted ? 'worker-1' : null,
      paramSource: (state.jobId ?? null) === null ? 'api' : 'cron',
      handlerName: 'echo',
      ...state,
      scheduledTime,
    })
    .returning()
  return row!
}

let crons = 0

/** A cron of any kind; unless told otherwise minutely in UTC, enabled, and due in an hour. */
export async function aCron(db: Connection, state: CronState = {}): Promise<Cron> {
  const [row] = await db.db
    .insert(schema.cronJobs)
    .values({
      name: `cron ${++crons}`,
      cronExpression: '* * * * *',
      timezone: 'UTC',
      handlerName: 'echo',
      nextRunAt: secondsAhead(3_600),
      ...state,
    })
    .returning()
  return row!
}

/** Notifications heard since, and a way to await the next ones. */
export interface Hearing {
  /** `channel payload` of each. */
  heard: string[]
  /** Resolves once `count` were heard in all. */
  until(count: number): Promise<void>
}

/** A test file's own database and what its tests need around it. */
export class Bench {
  readonly url: string
  readonly db: Database
  readonly #drop: () => Promise<void>
  readonly #clients: pg.Client[] = []

  private constructor(url: string, drop: () => Promise<void>) {
    this.url = url
    this.db = new Database({ url }, { engine: true, maxConnections: 20, applicationName: 'bench' })
    this.#drop = drop
  }

  static async open(): Promise<Bench> {
    const { url, drop } = await createTestDatabase()
    return new Bench(url, drop)
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end().catch(() => {})))
    await this.db.close()
    await this.#drop()
  }

  /** Closes the clients and empties what the engine writes, between two tests of a file. */
  async clear(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.end().catch(() => {})))
    for (const table of [
      'artifacts',
      'signals',
      'task_runs',
      'schedule_runs',
      'schedule_run_deltas',
      'schedule_run_stats',
      'schedule_edges',
      'schedule_tasks',
      'schedule_versions',
      'schedules',
      'job_executions',
      'execution_attempts',
      'execution_logs',
      'execution_stat_deltas',
      'execution_stats',
      'execution_stats_hourly',
      'execution_stats_all_time',
      'execution_failures_hourly',
      'execution_totals',
      'minute_samples',
      'queue_samples',
      'cron_jobs',
      'cron_revisions',
      'scheduler_stops',
      'workers',
      'dispatchers',
      'settings',
    ]) {
      await this.db.query(`DELETE FROM ${table}`)
    }
    // Only where a test changed it: the trigger would tell every service.
    await this.db.query(
      `UPDATE scheduler_state SET is_running = true, reserved_at = NULL, reserved_until = NULL, reserved_by = NULL, reservation_reason = NULL,
         reserved_for_execution = NULL, reserved_for_time = NULL
       WHERE NOT is_running OR reserved_at IS NOT NULL`,
    )
  }

  readonly anExecution = (state?: ExecutionState) => anExecution(this.db, state)
  readonly aCron = (state?: CronState) => aCron(this.db, state)

  /** The execution as it is now. */
  async execution({ id }: { id: number }): Promise<Execution> {
    return (await this.executions()).find((row) => row.id === id)!
  }

  /** All executions, or a cron's, by their slot. */
  async executions(jobId?: number): Promise<Execution[]> {
    const rows = await this.db.db.select().from(schema.jobExecutions)
    return rows
      .filter((row) => jobId === undefined || row.jobId === jobId)
      .sort((a, b) => a.scheduledTime.getTime() - b.scheduledTime.getTime() || a.id - b.id)
  }

  /** The cron as it is now. */
  async cron({ id }: { id: number }): Promise<Cron> {
    return (await this.db.db.select().from(schema.cronJobs)).find((row) => row.id === id)!
  }

  /** A connection of its own, for what happens elsewhere at the same time; closed with the bench. */
  async client(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url })
    // A test may have the server end it.
    client.on('error', () => {})
    await client.connect()
    this.#clients.push(client)
    return client
  }

  async listen(...channels: string[]): Promise<Hearing> {
    const client = await this.client()
    const heard: string[] = []
    let check = () => {}
    client.on('notification', ({ channel, payload }) => {
      heard.push(`${channel} ${payload}`.trim())
      check()
    })
    for (const channel of channels) await client.query(`LISTEN ${channel}`)
    return {
      heard,
      until: (count) =>
        new Promise((resolve) => {
          check = () => {
            if (heard.length >= count) resolve()
          }
          check()
        }),
    }
  }

  /** Waits until a statement of this database is held up by a lock. */
  async untilBlocked(count = 1): Promise<void> {
    for (;;) {
      const { rows } = await this.db.query<{ blocked: number }>(
        `SELECT count(*)::integer AS blocked FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      if (rows[0]!.blocked >= count) return
    }
  }
}

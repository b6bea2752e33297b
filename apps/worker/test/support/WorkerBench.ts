import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Database, insertExecutions, type NewExecution } from '@jobu/db'
import { reapExpiredLeases } from '@jobu/dispatcher'
import { createLogger, type Logger } from '@jobu/runtime'
import { type StartedWorker, startWorker, workerSchema } from '@jobu/worker'
import type { z } from 'zod'
import { Bench, type Execution } from '../../../../test/support/builders.ts'
import { until } from '../../../../test/support/until.ts'

export const HANDLERS = fileURLToPath(new URL('./handlers', import.meta.url))
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const FINAL = ['SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED']

export interface Note {
  execution_id: number
  attempt: number
  pid: number | null
  child_pid: number | null
}

export interface Line {
  level: string
  message: string
  [field: string]: unknown
}

/** A worker in a process of its own. */
export interface WorkerProcess {
  child: ChildProcess
  /** What it wrote, both streams. */
  output(): string
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** A test file's database, and the workers its tests start. */
export class WorkerBench {
  readonly bench: Bench
  readonly db: Database
  readonly folder = mkdtempSync(join(tmpdir(), 'jobu-worker-'))
  /** What the workers of the running test logged. */
  readonly logged: Line[] = []
  readonly #logger: Logger
  #workers: StartedWorker[] = []
  #processes: WorkerProcess[] = []
  #gates = 0

  private constructor(bench: Bench) {
    this.bench = bench
    this.db = bench.db
    this.#logger = createLogger('worker', { JOBU_LOG_LEVEL: 'silent' })
    const record = (level: string) => (message: string, fields: object) => {
      this.logged.push({ ...fields, level, message })
    }
    for (const level of ['info', 'warn', 'error'] as const)
      Object.assign(this.#logger, { [level]: record(level) })
  }

  static async open(): Promise<WorkerBench> {
    const bench = await Bench.open()
    await bench.db.query(`CREATE TABLE notes (
      place serial, execution_id bigint, attempt integer, pid integer, child_pid integer, noted_at timestamptz DEFAULT clock_timestamp())`)
    await bench.db.query('CREATE TABLE effects (execution_id bigint, attempt integer)')
    return new WorkerBench(bench)
  }

  /** Between two tests: ends what they left running, and empties the tables. */
  async clear(): Promise<void> {
    this.openGates()
    for (const { child, exited } of this.#processes) {
      child.kill('SIGKILL')
      await exited
    }
    await Promise.all(this.#workers.map((worker) => worker.stop()))
    this.#processes = []
    this.#workers = []
    this.logged.length = 0
    await this.bench.clear()
    await this.db.query('DELETE FROM notes')
    await this.db.query('DELETE FROM effects')
  }

  async close(): Promise<void> {
    await this.clear()
    await this.bench.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** A worker in this process, stopped at the next `clear`. */
  async start(
    config: z.input<typeof workerSchema> = {},
    { url = this.bench.url }: { url?: string } = {},
  ): Promise<StartedWorker> {
    const worker = await startWorker(
      workerSchema.parse({ handlers_path: [HANDLERS], shutdown_timeout_seconds: 0, ...config }),
      { default: { url } },
      this.#logger,
    )
    this.#workers.push(worker)
    return worker
  }

  /** A worker in a process of its own, configured by its environment; killed at the next `clear`. */
  spawn(env: Record<string, string> = {}, main = MAIN): WorkerProcess {
    const child = spawn(process.execPath, [main], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: this.bench.url,
        // Without files: the environment says it all.
        JOBU_CONFIG_DIR: this.folder,
        JOBU_LOG_FORMAT: 'json',
        JOBU_WORKER_HANDLERS_PATH: HANDLERS,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (output += chunk))
    const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal }))
    })
    const started = { child, output: () => output, exited }
    this.#processes.push(started)
    return started
  }

  /** Folder with a user's handler files, by name. */
  handlersFolder(files: Record<string, string>): string {
    const folder = mkdtempSync(join(this.folder, 'handlers-'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return folder
  }

  /** A file that does not exist until `openGate` makes it. */
  aGate(): string {
    return join(this.folder, `gate-${++this.#gates}`)
  }

  openGate(gate: string): void {
    writeFileSync(gate, '')
  }

  openGates(): void {
    for (let gate = 1; gate <= this.#gates; gate++) this.openGate(join(this.folder, `gate-${gate}`))
  }

  /** Enqueues as the API does, NOTIFY included. @returns the ids */
  async enqueue(...jobs: Array<Partial<NewExecution>>): Promise<number[]> {
    const keys = await insertExecutions(
      this.db,
      jobs.map((job) => ({ handlerName: 'echo', paramSource: 'api', ...job })),
    )
    return keys.map((key) => key.id)
  }

  async execution(id: number): Promise<Execution> {
    return this.bench.execution({ id })
  }

  /** The execution once `isMeant` holds of it. */
  async executionOnce(id: number, isMeant: (row: Execution) => boolean): Promise<Execution> {
    let last: Execution | undefined
    try {
      return await until(`execution ${id} ${isMeant}`, async () => {
        last = await this.execution(id)
        return isMeant(last) && last
      })
    } catch (error) {
      throw new Error(`${(error as Error).message}; it is ${JSON.stringify(last)}`)
    }
  }

  /** The execution once it is final. */
  async final(id: number): Promise<Execution> {
    return this.executionOnce(id, (row) => FINAL.includes(row.status))
  }

  /** Enqueues one job and waits for its end. */
  async run(job: Partial<NewExecution>): Promise<Execution> {
    const [id] = await this.enqueue(job)
    return this.final(id!)
  }

  /** How many executions are in each status. */
  async counts(): Promise<Record<string, number>> {
    const { rows } = await this.db.query<{ status: string; count: number }>(
      'SELECT status, count(*) FROM job_executions GROUP BY status',
    )
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]))
  }

  async untilAll(status: string, count: number, timeoutMs?: number): Promise<void> {
    let counts: Record<string, number> = {}
    try {
      await until(
        `${count} executions ${status}`,
        async () => {
          counts = await this.counts()
          return counts[status] === count
        },
        timeoutMs,
      )
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${JSON.stringify(counts)}`)
    }
  }

  /** What handlers noted, in order. */
  async notes(): Promise<Note[]> {
    const { rows } = await this.db.query<Note>('SELECT * FROM notes ORDER BY place')
    return rows
  }

  async notesOnce(count: number): Promise<Note[]> {
    return until(`${count} notes`, async () => {
      const notes = await this.notes()
      return notes.length >= count && notes
    })
  }

  async attempts(id: number): Promise<Array<Record<string, unknown>>> {
    const { rows } = await this.db.query(
      'SELECT * FROM execution_attempts WHERE execution_id = $1 ORDER BY attempt',
      [id],
    )
    return rows
  }

  async logs(id: number): Promise<Array<{ level: string; message: string; fields: unknown; line: number }>> {
    const { rows } = await this.db.query<{ level: string; message: string; fields: unknown; line: number }>(
      'SELECT level, message, fields, line, attempt FROM execution_logs WHERE execution_id = $1 ORDER BY attempt, line',
      [id],
    )
    return rows
  }

  /** Once the heartbeat of the one worker has beaten; the next beat is an interval away. */
  async untilBeat(): Promise<void> {
    await until('a beat', async () => {
      const { rows } = await this.db.query('SELECT FROM workers WHERE heartbeat_at > started_at')
      return rows.length === 1
    })
  }

  /** Once it hears: what was sent before is lost to it. */
  async untilListening({ id }: StartedWorker): Promise<void> {
    await until('the worker listens', async () => {
      const { rows } = await this.db.query(
        `SELECT FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle' AND query LIKE 'LISTEN%drain%'`,
        [`${id}-listen`],
      )
      return rows.length === 1
    })
  }

  /** Lets every lease held now be over, and the reaper be the first to see it: no beat comes in between. */
  async reapAll(): Promise<void> {
    await this.db.transactional({ label: 'reap all' }, async (tx) => {
      await tx.query(
        `UPDATE job_executions SET lease_expires_at = now() - interval '1 second' WHERE status = 'RUNNING'`,
      )
      await reapExpiredLeases(this.db)
    })
  }
}

/** Whether a process lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !/^State:\s+Z/m.test(readStatus(pid))
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return 'State: Z'
  }
}

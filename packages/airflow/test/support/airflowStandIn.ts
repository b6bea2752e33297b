import { readdirSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { Description, type Match } from './description.ts'
import { type DumpedDag, dumpDags } from './dumpDags.ts'

type TaskState =
  | 'queued'
  | 'running'
  | 'success'
  | 'failed'
  | 'upstream_failed'
  | 'skipped'
  | 'up_for_retry'
  | null
interface Task {
  key: string
  uuid: string
  state: TaskState
  attempt: number
  startedAt: string | null
  finishedAt: string | null
  log: string[]
}
interface Run {
  id: number
  runId: string
  type: 'manual' | 'scheduled'
  state: 'queued' | 'running' | 'success' | 'failed'
  logicalDate: string
  updatedAt: string
  startedAt: string | null
  finishedAt: string | null
  conf: Record<string, unknown>
  tasks: Map<string, Task>
}
interface Dag {
  dump: DumpedDag
  fileName: string
  isPaused: boolean
  parsedAt: string
  runs: Map<string, Run>
}

/** How it behaves towards all requests. */
export type Mood =
  | { kind: 'well' }
  | { kind: 'away' }
  | { kind: 'silent' }
  | { kind: 'page' }
  | { kind: 'status'; status: number; detail?: string }

export const USER = 'jobu'
export const PASSWORD = 'secret of airflow'

/**
 * An Airflow that runs nothing by itself: a test says when it reads its folder and what becomes of tasks. Every request
 * and every answer is held against the description of its version; what does not fit is in `faults`.
 */
export class AirflowStandIn {
  readonly faults: string[] = []
  /** What it was asked, as `POST /dags/{dag_id}/dagRuns`. */
  readonly asked: string[] = []
  readonly dags = new Map<string, Dag>()
  readonly importErrors = new Map<string, string>()
  mood: Mood = { kind: 'well' }
  /** For the next request of this operation alone; `lost`: it is done, and the answer never arrives. */
  readonly next = new Map<string, { status: number; detail?: string } | 'lost'>()
  /** Lines of a log in a page of version 3. */
  logPageSize = 2
  /** Tokens of version 3 that are good. */
  readonly tokens = new Set<string>()
  readonly version: 2 | 3
  readonly folder: string
  readonly #description: Description
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #port = 0
  #ids = 0

  private constructor(version: 2 | 3, folder: string) {
    this.version = version
    this.folder = folder
    this.#description = Description.of(version)
    this.#server = createServer((request, response) => void this.#answer(request, response))
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(version: 2 | 3, folder: string): Promise<AirflowStandIn> {
    const standIn = new AirflowStandIn(version, folder)
    await standIn.#listen()
    return standIn
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The port is closed: connections are refused until `comeBack`. */
  async goAway(): Promise<void> {
    await this.close()
  }

  async comeBack(): Promise<void> {
    await this.#listen()
  }

  /** Reads its folder, as Airflow does now and then. A DAG whose file has gone stays listed. */
  async scan(): Promise<void> {
    const files = readdirSync(this.folder).filter((name) => name.endsWith('.py'))
    this.importErrors.clear()
    if (files.length === 0) return
    const read = await dumpDags(
      this.version,
      files.map((name) => join(this.folder, name)),
    )
    files.forEach((fileName, index) => {
      const { dag: dump, error } = read[index]!
      if (error !== undefined) {
        this.importErrors.set(fileName, error)
        return
      }
      const known = this.dags.get(dump!.options.dag_id)
      this.dags.set(dump!.options.dag_id, {
        isPaused: known?.isPaused ?? dump!.options.is_paused_upon_creation === true,
        runs: known?.runs ?? new Map(),
        dump: dump!,
        fileName,
        parsedAt: statSync(join(this.folder, fileName)).mtime.toISOString(),
      })
    })
  }

  /** Its scheduler makes a run for a slot. */
  schedule(dagId: string, logicalDate: Date): Run {
    return this.#addRun(
      dagId,
      `scheduled__${logicalDate.toISOString()}`,
      logicalDate.toISOString(),
      {},
      'scheduled',
    )
  }

  run(dagId: string, runId: string): Run {
    return this.dags.get(dagId)!.runs.get(runId)!
  }

  /** Its scheduler and workers bring a task so far, and the run with it. */
  move(dagId: string, runId: string, key: string, state: TaskState, log: string[] = []): void {
    const run = this.run(dagId, runId)
    const task = run.tasks.get(key)!
    if (state === 'running') {
      task.attempt++
      task.startedAt = new Date().toISOString()
    }
    task.state = state
    task.log.push(...log)
    if (['success', 'failed', 'upstream_failed', 'skipped'].includes(state ?? ''))
      task.finishedAt = new Date().toISOString()
    this.#settle(run)
  }

  /** Runs all tasks of a run that have not ended to their end. */
  finish(dagId: string, runId: string, failing: string[] = []): void {
    for (const task of this.run(dagId, runId).tasks.values()) {
      if (['success', 'failed', 'skipped', 'upstream_failed'].includes(task.state ?? '')) continue
      this.move(dagId, runId, task.key, 'running')
      this.move(dagId, runId, task.key, failing.includes(task.key) ? 'failed' : 'success', [
        `ran ${task.key}`,
      ])
    }
  }

  #settle(run: Run): void {
    const states = [...run.tasks.values()].map((task) => task.state)
    const isDone = states.every((state) =>
      ['success', 'failed', 'upstream_failed', 'skipped'].includes(state ?? ''),
    )
    run.startedAt ??= new Date().toISOString()
    run.state = !isDone ? 'running' : states.some((state) => state?.includes('failed')) ? 'failed' : 'success'
    run.finishedAt = isDone ? new Date().toISOString() : null
    run.updatedAt = new Date().toISOString()
  }

  #addRun(
    dagId: string,
    runId: string,
    logicalDate: string,
    conf: Record<string, unknown>,
    type: Run['type'],
  ): Run {
    const dag = this.dags.get(dagId)!
    const run: Run = {
      id: ++this.#ids,
      runId,
      type,
      state: 'queued',
      logicalDate,
      conf,
      updatedAt: new Date().toISOString(),
      startedAt: null,
      finishedAt: null,
      tasks: new Map(
        dag.dump.tasks.map(({ options: { task_id: key } }) => [
          key,
          { key, uuid: this.#uuid(), state: null, attempt: 0, startedAt: null, finishedAt: null, log: [] },
        ]),
      ),
    }
    dag.runs.set(runId, run)
    return run
  }

  #uuid(): string {
    return `00000000-0000-7000-8000-${String(++this.#ids).padStart(12, '0')}`
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const url = new URL(request.url!, this.url)
    const { mood } = this
    if (mood.kind === 'silent') return
    if (mood.kind === 'away') return void response.destroy()
    if (mood.kind === 'page')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>')

    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (this.version === 3 && request.method === 'POST' && url.pathname === '/auth/token') {
      // Of the auth manager: the description only says that it is there.
      this.asked.push('POST /auth/token')
      const { username, password } = JSON.parse(text)
      if (username !== USER || password !== PASSWORD) return void json(401, { detail: 'Invalid credentials' })
      const token = `token ${++this.#ids}`
      this.tokens.add(token)
      return void json(201, { access_token: token })
    }
    const match = this.#description.find(request.method!, url.pathname)
    if (!match) {
      // What it is asked for to learn its version.
      const isProbe = /^\/api\/v\d\/version$/.test(url.pathname)
      if (!isProbe) this.faults.push(`${request.method} ${url.pathname} is not described`)
      return void json(404, { detail: 'Not Found', title: 'Not Found', status: 404, type: 'about:blank' })
    }
    this.asked.push(match.name)
    const body = text === '' ? undefined : JSON.parse(text)
    const send = (status: number, value: unknown, type = 'application/json') => {
      for (const fault of this.#description.answerFaults(match, status, type, value)) this.faults.push(fault)
      response.writeHead(status, value === undefined ? {} : { 'content-type': type })
      response.end(
        value === undefined ? undefined : type === 'application/json' ? JSON.stringify(value) : value,
      )
    }
    const refuse = (status: number, detail: string) =>
      // 500 is of no operation, so it is not held against the description.
      status >= 500 ? json(status, this.#error(status, detail)) : send(status, this.#error(status, detail))
    if (mood.kind === 'status') return void refuse(mood.status, mood.detail ?? 'it is so')
    if (match.name !== 'GET /version' && !this.#isKnown(request.headers.authorization ?? ''))
      return void refuse(401, 'Invalid authentication credentials')
    const next = this.next.get(match.name)
    this.next.delete(match.name)
    if (next !== undefined && next !== 'lost')
      return void refuse(next.status, next.detail ?? 'just this once')

    const contentType = request.headers['content-type'] ?? ''
    const faults = this.#description.requestFaults(match, url.searchParams, body, contentType)
    this.faults.push(...faults.map((fault) => `${match.name}: ${fault}`))
    if (faults.length > 0) return void json(400, this.#error(400, faults.join('; ')))
    const [status, value, type] = this.#do(match, url.searchParams, body ?? {}, request.headers.accept ?? '')
    if (next === 'lost') return void response.destroy()
    if (status >= 400) refuse(status, String(value))
    else send(status, value, type)
  }

  #error(status: number, detail: string): unknown {
    return this.version === 3 ? { detail } : { title: 'Refused', status, type: 'about:blank', detail }
  }

  #isKnown(authorization: string): boolean {
    const basic = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`
    if (this.version === 2) return authorization === basic
    return authorization.startsWith('Bearer ') && this.tokens.has(authorization.slice(7))
  }

  #do(
    { name, params }: Match,
    query: URLSearchParams,
    body: Record<string, unknown>,
    accept: string,
  ): [status: number, value: unknown, type?: string] {
    if (name === 'GET /version')
      return [200, { version: this.version === 3 ? '3.2.0' : '2.10.5', git_version: null }]
    const page = <T>(all: T[]) => {
      const offset = Number(query.get('offset') ?? 0)
      return all.slice(offset, offset + Math.min(100, Number(query.get('limit') ?? 50)))
    }
    if (name === 'GET /importErrors') {
      const all = [...this.importErrors].map(([fileName, trace], index) => ({
        import_error_id: index + 1,
        timestamp: new Date().toISOString(),
        filename: this.version === 3 ? fileName : join(this.folder, fileName),
        stack_trace: trace,
      }))
      return [200, { import_errors: page(all), total_entries: all.length }]
    }
    const dagId = params.dag_id!
    const dag = this.dags.get(dagId)
    if (!dag) return [404, `The Dag with ID: \`${dagId}\` was not found`]
    switch (name) {
      case 'GET /dags/{dag_id}':
        return [200, this.#dag(dagId, dag)]
      case 'PATCH /dags/{dag_id}':
        dag.isPaused = body.is_paused as boolean
        return [200, this.#dag(dagId, dag)]
      case 'DELETE /dags/{dag_id}':
        if (this.version === 2 && [...dag.runs.values()].some((run) => run.state === 'running'))
          return [409, 'Task instances of dag are still running']
        this.dags.delete(dagId)
        return this.version === 3 ? [200, {}] : [204, undefined]
      case 'GET /dags/{dag_id}/dagRuns': {
        const since = query.get('updated_at_gte')
        const all = [...dag.runs.values()].filter(
          (run) => !since || Date.parse(run.updatedAt) >= Date.parse(since),
        )
        return [200, { dag_runs: page(all).map((run) => this.#run(dagId, run)), total_entries: all.length }]
      }
      case 'POST /dags/{dag_id}/dagRuns': {
        const {
          dag_run_id: runId,
          logical_date: at,
          conf,
        } = body as { dag_run_id: string; logical_date: string; conf: object }
        const isTaken = [...dag.runs.values()].some(
          (run) => run.runId === runId || Date.parse(run.logicalDate) === Date.parse(at),
        )
        if (isTaken) return [409, `DAGRun with DAG ID: '${dagId}' and DAGRun ID: '${runId}' already exists`]
        return [
          200,
          this.#run(dagId, this.#addRun(dagId, runId, at, conf as Record<string, unknown>, 'manual')),
        ]
      }
      case 'POST /dags/{dag_id}/clearTaskInstances':
        return this.#clear(dagId, dag, body)
    }
    const run = dag.runs.get(params.dag_run_id!)
    if (!run) return [404, `The DagRun with run_id: \`${params.dag_run_id}\` was not found`]
    switch (name) {
      case 'GET /dags/{dag_id}/dagRuns/{dag_run_id}':
        return [200, this.#run(dagId, run)]
      case 'PATCH /dags/{dag_id}/dagRuns/{dag_run_id}':
        for (const task of run.tasks.values()) {
          if (task.state === 'running') task.state = 'failed'
          else if (!['success', 'failed', 'upstream_failed'].includes(task.state ?? ''))
            task.state = 'skipped'
        }
        Object.assign(run, {
          state: body.state,
          finishedAt: new Date().toISOString(),
          updatedAt: new Date().toISOString(),
        })
        return [200, this.#run(dagId, run)]
      case 'GET /dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances': {
        const all = [...run.tasks.values()]
        return [
          200,
          {
            task_instances: page(all).map((task) => this.#task(dagId, run, task)),
            total_entries: all.length,
          },
        ]
      }
      case 'GET /dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/logs/{try_number}':
      case 'GET /dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/logs/{task_try_number}':
        return this.#log(run, params, query, accept)
    }
    this.faults.push(`${name} is not played`)
    return [404, 'not played']
  }

  #clear(dagId: string, dag: Dag, body: Record<string, unknown>): [number, unknown] {
    const run = dag.runs.get(body.dag_run_id as string)
    if (!run) return [404, `Dag Run id ${body.dag_run_id} not found`]
    if (body.dry_run !== false) this.faults.push('cleared nothing: dry_run')
    const keys = (body.task_ids as string[] | undefined) ?? [...run.tasks.keys()]
    const cleared = keys
      .map((key) => run.tasks.get(key)!)
      .filter((task) => !body.only_failed || ['failed', 'upstream_failed'].includes(task.state ?? ''))
    for (const task of cleared) Object.assign(task, { state: null, startedAt: null, finishedAt: null })
    if (body.reset_dag_runs && cleared.length > 0)
      Object.assign(run, {
        state: 'queued',
        startedAt: null,
        finishedAt: null,
        updatedAt: new Date().toISOString(),
      })
    const all = cleared.map((task) => this.#task(dagId, run, task))
    if (this.version === 3) return [200, { task_instances: all, total_entries: all.length }]
    return [
      200,
      {
        task_instances: cleared.map(({ key }) => ({
          dag_id: dagId,
          dag_run_id: run.runId,
          task_id: key,
          execution_date: run.logicalDate,
        })),
      },
    ]
  }

  #log(
    run: Run,
    params: Record<string, string>,
    query: URLSearchParams,
    accept: string,
  ): [number, unknown, string?] {
    const task = run.tasks.get(params.task_id!)
    const attempt = Number(params.try_number ?? params.task_try_number)
    if (!task || attempt > task.attempt) return [404, 'TaskInstance not found']
    if (this.version === 2) {
      if (accept !== 'text/plain') this.faults.push(`a log as ${accept}`)
      return [200, task.log.map((line) => `[2026-03-01] INFO - ${line}\n`).join(''), 'text/plain']
    }
    const from = Number(query.get('token') ?? 0)
    const to = from + this.logPageSize
    const content = task.log
      .slice(from, to)
      .map((event) => ({ event, timestamp: '2026-03-01T00:00:00Z', level: 'info' }))
    return [200, { content, continuation_token: to < task.log.length ? String(to) : null }]
  }

  #dag(dagId: string, dag: Dag): unknown {
    const names = dag.dump.options.tags
    const common = {
      dag_id: dagId,
      dag_display_name: String(dag.dump.options.dag_display_name),
      description: dag.dump.options.description,
      is_paused: dag.isPaused,
      fileloc: join(this.folder, dag.fileName),
      file_token: 'token',
      has_import_errors: this.importErrors.has(dag.fileName),
      has_task_concurrency_limits: false,
      last_parsed_time: dag.parsedAt,
      max_active_tasks: 16,
      max_active_runs: dag.dump.options.max_active_runs,
      owners: ['jobu'],
    }
    if (this.version === 2) {
      return {
        ...common,
        is_active: true,
        tags: names.map((name) => ({ name })),
        schedule_interval: null,
        next_dagrun_create_after: null,
      }
    }
    return {
      ...common,
      is_stale: false,
      timetable_partitioned: false,
      max_consecutive_failed_dag_runs: 0,
      tags: names.map((name) => ({ name, dag_id: dagId, dag_display_name: common.dag_display_name })),
      next_dagrun_run_after: '2026-03-02T03:00:00Z',
    }
  }

  #run(dagId: string, run: Run): unknown {
    const common = {
      dag_id: dagId,
      dag_run_id: run.runId,
      state: run.state,
      logical_date: run.logicalDate,
      start_date: run.startedAt,
      end_date: run.finishedAt,
      conf: run.conf,
      run_type: run.type,
      note: null,
    }
    if (this.version === 2)
      return { ...common, execution_date: run.logicalDate, external_trigger: run.type === 'manual' }
    return {
      ...common,
      dag_display_name: dagId,
      dag_versions: [],
      run_after: run.logicalDate,
      triggered_by: run.type === 'manual' ? 'rest_api' : 'timetable',
    }
  }

  #task(dagId: string, run: Run, task: Task): unknown {
    const seconds =
      task.startedAt && task.finishedAt
        ? (Date.parse(task.finishedAt) - Date.parse(task.startedAt)) / 1000
        : null
    const common = {
      dag_id: dagId,
      dag_run_id: run.runId,
      task_id: task.key,
      task_display_name: task.key,
      map_index: -1,
      state: task.state,
      try_number: task.attempt,
      max_tries: 0,
      start_date: task.startedAt,
      end_date: task.finishedAt,
      duration: seconds,
      operator: 'JobuPython',
      hostname: 'worker.example.com',
      pool: 'default_pool',
      pool_slots: 1,
      executor_config: '{}',
      queue: 'default',
      note: null,
    }
    if (this.version === 2) return { ...common, execution_date: run.logicalDate, rendered_fields: {} }
    return {
      ...common,
      id: task.uuid,
      dag_display_name: dagId,
      run_after: run.logicalDate,
      dag_version: null,
    }
  }
}

import type { z } from 'zod'
import { AirflowError, failedAs } from './airflowError.ts'
import { type AirflowAnswer, type AirflowRequest, airflowFetch } from './airflowHttp.ts'
import type { AirflowDag, AirflowRun, AirflowTask } from './answers.ts'
import * as answers from './answers.ts'
import type { AirflowConfig } from './config.ts'

/** Airflow gives no more at once unless it is configured to. */
const PAGE = 100
/** Pages of import errors that are looked through. */
const MOST_ERROR_PAGES = 20
/** Of a log of version 2, which comes in one piece, so much is kept, in bytes. */
const LOG_BYTES = 1024 * 1024

export interface LogPage {
  lines: Array<{ loggedAt: Date | null; level: string | null; message: string }>
  /** For the next page; null: there is none yet. */
  nextToken: string | null
  /** Something was cut off at its end. */
  isCut: boolean
}

/** Airflow's REST API, `/api/v1` of version 2 and `/api/v2` of version 3 alike. Every method throws AirflowError. */
export class AirflowClient {
  readonly #config: AirflowConfig
  #version: Promise<2 | 3> | undefined
  #token: Promise<string> | undefined

  constructor(config: AirflowConfig) {
    this.#config = config
  }

  /** @returns null: Airflow does not list it (yet) */
  async dag(dagId: string): Promise<AirflowDag | null> {
    try {
      return await this.#json(answers.dagAnswer, { path: `/dags/${encodeURIComponent(dagId)}` })
    } catch (error) {
      if (failedAs(error, 'NOT_FOUND')) return null
      throw error
    }
  }

  async setPaused(dagId: string, isPaused: boolean): Promise<void> {
    await this.#call({
      method: 'PATCH',
      path: `/dags/${encodeURIComponent(dagId)}`,
      query: { update_mask: 'is_paused' },
      body: { is_paused: isPaused },
      isRepeatable: true,
    })
  }

  /** What Airflow says of the file, which it could not make a DAG of; null: nothing. */
  async importError(fileName: string): Promise<string | null> {
    const version = await this.version()
    for (let offset = 0; offset < PAGE * MOST_ERROR_PAGES; offset += PAGE) {
      const { import_errors: found } = await this.#json(answers.importErrorsAnswer, {
        path: '/importErrors',
        query: {
          limit: PAGE,
          offset,
          // `_` stands for any character in it: the name is compared below.
          filename_pattern: version === 3 ? `%${fileName}` : undefined,
        },
      })
      const own = found.find(({ filename }) => filename === fileName || filename.endsWith(`/${fileName}`))
      if (own) return own.stack_trace
      if (found.length < PAGE) return null
    }
    return null
  }

  /** @throws AirflowError CONFLICT: a run of this id, or of this logical date, is there already */
  trigger(
    dagId: string,
    run: { runId: string; logicalDate: Date; conf: Record<string, unknown> },
  ): Promise<AirflowRun> {
    return this.#json(answers.runAnswer, {
      method: 'POST',
      path: `/dags/${encodeURIComponent(dagId)}/dagRuns`,
      body: { dag_run_id: run.runId, logical_date: run.logicalDate.toISOString(), conf: run.conf },
    })
  }

  /** @returns null: there is none */
  async run(dagId: string, runId: string): Promise<AirflowRun | null> {
    try {
      return await this.#json(answers.runAnswer, { path: runPath(dagId, runId) })
    } catch (error) {
      if (failedAs(error, 'NOT_FOUND')) return null
      throw error
    }
  }

  /**
   * A page of runs in the order they were made.
   *
   * @param updatedSince  by Airflow's clock; runs that changed earlier are left out
   * @returns `at`: when Airflow answered, by its clock
   */
  async runs(
    dagId: string,
    { updatedSince, offset }: { updatedSince: Date | null; offset: number },
  ): Promise<{ runs: AirflowRun[]; isMore: boolean; at: Date | null }> {
    const answer = await this.#call({
      path: `/dags/${encodeURIComponent(dagId)}/dagRuns`,
      // By id: a run that changes meanwhile joins the list behind what was read, and none is passed over.
      query: { limit: PAGE, offset, order_by: 'id', updated_at_gte: updatedSince?.toISOString() },
    })
    const { dag_runs: runs, total_entries: total } = parse(answers.runsAnswer, answer)
    return { runs, isMore: runs.length > 0 && offset + runs.length < total, at: answer.at }
  }

  /** All tasks of a run, each in its latest try. */
  async tasks(dagId: string, runId: string): Promise<AirflowTask[]> {
    const version = await this.version()
    const tasks: AirflowTask[] = []
    for (;;) {
      const page = await this.#json(answers.tasksAnswer, {
        path: `${runPath(dagId, runId)}/taskInstances`,
        query: { limit: PAGE, offset: tasks.length, order_by: version === 3 ? 'id' : undefined },
      })
      tasks.push(...page.task_instances)
      if (page.task_instances.length === 0 || tasks.length >= page.total_entries) return tasks
    }
  }

  /** @param attempt  1 and up */
  async log(
    dagId: string,
    runId: string,
    task: { key: string; attempt: number; token?: string | null },
  ): Promise<LogPage> {
    const path = `${runPath(dagId, runId)}/taskInstances/${encodeURIComponent(task.key)}/logs/${task.attempt}`
    if ((await this.version()) === 2) {
      // As text: what version 2 calls JSON is a Python literal in a string.
      const answer = await this.#call({
        path,
        query: { full_content: true },
        accept: 'text/plain',
        cutAtBytes: LOG_BYTES,
      })
      const lines = answer.text.replace(/\n$/, '').split('\n')
      const all = answer.text === '' ? [] : lines
      return {
        lines: all.map((message) => ({ loggedAt: null, level: null, message })),
        nextToken: null,
        isCut: answer.isCut,
      }
    }
    const page = await this.#json(answers.logAnswer, {
      path,
      query: { map_index: -1, token: task.token ?? undefined },
    })
    return {
      lines: page.content.map((line) =>
        typeof line === 'string'
          ? { loggedAt: null, level: null, message: line }
          : {
              loggedAt: line.timestamp ? new Date(line.timestamp) : null,
              level: line.level ?? null,
              message: withTrace(line),
            },
      ),
      nextToken: page.content.length > 0 ? (page.continuation_token ?? null) : null,
      isCut: false,
    }
  }

  /** Tasks of a run that has ended run again, and with them the run. */
  async clear(dagId: string, runId: string, taskKeys: string[]): Promise<void> {
    await this.#call({
      method: 'POST',
      path: `/dags/${encodeURIComponent(dagId)}/clearTaskInstances`,
      body: {
        dry_run: false,
        dag_run_id: runId,
        task_ids: taskKeys,
        only_failed: false,
        reset_dag_runs: true,
      },
    })
  }

  /** Ends a run: what runs of it is stopped. */
  async failRun(dagId: string, runId: string): Promise<void> {
    await this.#call({
      method: 'PATCH',
      path: runPath(dagId, runId),
      body: { state: 'failed' },
      isRepeatable: true,
    })
  }

  /** Forgets the DAG and all its runs. One that is not there is forgotten already. */
  async deleteDag(dagId: string): Promise<void> {
    try {
      await this.#call({ method: 'DELETE', path: `/dags/${encodeURIComponent(dagId)}`, isRepeatable: true })
    } catch (error) {
      if (!failedAs(error, 'NOT_FOUND')) throw error
    }
  }

  /** Asked once, where the configuration does not say. */
  version(): Promise<2 | 3> {
    if (this.#config.version !== 'auto') return Promise.resolve(this.#config.version)
    this.#version ??= this.#askVersion().catch((error) => {
      this.#version = undefined
      throw error
    })
    return this.#version
  }

  async #askVersion(): Promise<2 | 3> {
    for (const [version, path] of [
      [3, '/api/v2/version'],
      [2, '/api/v1/version'],
    ] as const) {
      try {
        parse(answers.versionAnswer, await airflowFetch(this.#config, { path }))
        return version
      } catch (error) {
        if (!failedAs(error, 'NOT_FOUND')) throw error
      }
    }
    throw new AirflowError('MALFORMED', 'There is no Airflow of version 2 or 3 at base_url')
  }

  async #json<S extends z.ZodType>(schema: S, request: AirflowRequest): Promise<z.output<S>> {
    return parse(schema, await this.#call(request))
  }

  async #call(request: AirflowRequest): Promise<AirflowAnswer> {
    const version = await this.version()
    const send = async () =>
      airflowFetch(this.#config, {
        ...request,
        path: `/api/v${version - 1}${request.path}`,
        headers: { authorization: await this.#authorization(version) },
      })
    try {
      return await send()
    } catch (error) {
      // The token has run out, it seems; nothing was done under it.
      if (!(error instanceof AirflowError) || error.status !== 401 || this.#token === undefined) throw error
      this.#token = undefined
      return await send()
    }
  }

  async #authorization(version: 2 | 3): Promise<string> {
    const { token, username, password } = this.#config
    if (token !== null) return `Bearer ${token}`
    if (version === 2) return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    this.#token ??= airflowFetch(this.#config, {
      method: 'POST',
      path: '/auth/token',
      body: { username, password },
      isRepeatable: true,
    })
      .then((answer) => parse(answers.tokenAnswer, answer).access_token)
      .catch((error) => {
        this.#token = undefined
        throw error
      })
    return `Bearer ${await this.#token}`
  }
}

const runPath = (dagId: string, runId: string) =>
  `/dags/${encodeURIComponent(dagId)}/dagRuns/${encodeURIComponent(runId)}`

function parse<S extends z.ZodType>(schema: S, { text }: AirflowAnswer): z.output<S> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AirflowError('MALFORMED', 'Airflow answered with something else than JSON', null, error)
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue!.path.join('.')
  throw new AirflowError(
    'MALFORMED',
    `Airflow's answer is not what it should be: ${where}: ${issue!.message}`,
  )
}

/** Version 3 keeps the trace of an error beside the line it belongs to. */
function withTrace(line: Record<string, unknown> & { event: string }): string {
  const details = line.error_detail
  if (!Array.isArray(details)) return line.event
  const traces = (details as Array<Record<string, unknown>>).map(({ exc_type, exc_value, frames }) =>
    [
      'Traceback (most recent call last):',
      ...(Array.isArray(frames) ? (frames as Array<Record<string, unknown>>) : []).map(
        ({ filename, lineno, name }) => `  File "${filename}", line ${lineno}, in ${name}`,
      ),
      `${exc_type}: ${exc_value}`,
    ].join('\n'),
  )
  return [line.event, ...traces].join('\n')
}

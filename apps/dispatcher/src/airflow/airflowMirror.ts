import {
  type AirflowClient,
  type AirflowRun,
  errorOfLog,
  isActive,
  runStatusOf,
  taskStateOf,
} from '@jobu/airflow'
import {
  activeEngineRuns,
  type Database,
  type EngineRun,
  type EngineState,
  endEngineRun,
  engineTaskRules,
  findEngineRuns,
  type MirroredTask,
  mirrorEngineRun,
  type TakenSchedule,
} from '@jobu/db'
import { cancel, ownIdOf } from './bringRuns.ts'

/** Pages of runs read in one look; the next one goes on. */
const MOST_PAGES = 2
/** What Airflow wrote while it answered may bear an earlier time, in milliseconds. */
const OVERLAP_MS = 60_000
/** Logs read for their error in one run. */
const MOST_LOGS = 10

/** Takes into jobu's tables what Airflow has of runs and tasks. */
export class AirflowMirror {
  readonly #db: Database
  readonly #client: AirflowClient

  constructor(db: Database, client: AirflowClient) {
    this.#db = db
    this.#client = client
  }

  /**
   * Runs that changed since the last look, and those that had not ended. `draft.sync` notes how far it came.
   *
   * @returns whether the list went on. @throws AirflowError
   */
  async take(taken: TakenSchedule, draft: EngineState, dagId: string): Promise<boolean> {
    const { sync } = draft
    const seen = new Set<string>()
    const updatedSince = sync.mirrored_until === null ? null : new Date(sync.mirrored_until)
    let isMore = true
    for (let page = 0; isMore && page < MOST_PAGES; page++) {
      const list = await this.#client.runs(dagId, { updatedSince, offset: sync.offset })
      if (sync.offset === 0)
        sync.then_until = list.at && new Date(list.at.getTime() - OVERLAP_MS).toISOString()
      await this.#write(taken, draft, dagId, list.runs)
      for (const { runId } of list.runs) seen.add(runId)
      sync.offset += list.runs.length
      isMore = list.isMore
    }
    if (!isMore) {
      sync.mirrored_until = sync.then_until
      sync.offset = 0
      sync.then_until = null
    }
    for (const run of await activeEngineRuns(this.#db, taken.id)) {
      const { externalRunId } = run
      if (externalRunId === null || seen.has(externalRunId) || run.reason === 'RERUN') continue
      const there = await this.#client.run(dagId, externalRunId)
      if (there) await this.#write(taken, draft, dagId, [there])
      else
        await endEngineRun(this.#db, run.id, {
          status: run.cancelRequestedAt ? 'CANCELLED' : 'FAILED',
          reason: 'ENGINE_LOST',
          message: 'The run is no longer in Airflow',
        })
    }
    return isMore
  }

  async #write(taken: TakenSchedule, draft: EngineState, dagId: string, runs: AirflowRun[]): Promise<void> {
    const known = await findEngineRuns(this.#db, taken.id, {
      externalRunIds: runs.map(({ runId }) => runId),
      ids: runs.map(({ runId }) => ownIdOf(runId)).filter((id) => id !== null),
    })
    for (const run of runs) {
      const own = known.find(
        ({ id, externalRunId }) =>
          externalRunId === run.runId || (externalRunId === null && id === ownIdOf(run.runId)),
      )
      await this.#writeRun(taken, draft, dagId, run, own)
    }
  }

  async #writeRun(
    taken: TakenSchedule,
    draft: EngineState,
    dagId: string,
    run: AirflowRun,
    own: EngineRun | undefined,
  ): Promise<void> {
    const isCancelled = (own?.cancelRequestedAt ?? null) !== null
    // Cancelled before Airflow was known to have it.
    if (own?.status === 'CANCELLED' && isCancelled && isActive(run))
      return cancel(this.#client, dagId, run.runId)
    const status = runStatusOf(run, isCancelled)
    const isEnded = !isActive(run) && own?.finishedAt !== null && own !== undefined
    if (isEnded && own.status === status && own.finishedAt?.getTime() === run.finishedAt?.getTime()) return

    const versionId = own?.versionId ?? draft.sync.version_id ?? taken.versionId
    const rules = await engineTaskRules(this.#db, versionId)
    const tasks: MirroredTask[] = []
    let logs = 0
    for (const task of await this.#client.tasks(dagId, run.runId)) {
      const rule = rules.get(task.key)
      if (rule === undefined || task.mapIndex >= 0) continue
      const { state, reason } = taskStateOf(task, rule, isCancelled)
      const isRead = state === 'FAILED' && task.attempts > 0 && ++logs <= MOST_LOGS
      const of = { key: task.key, attempt: task.attempts }
      tasks.push({
        key: task.key,
        state,
        reason,
        finishedAt: task.finishedAt,
        errorMessage: isRead ? await errorOfLog(this.#client, dagId, run.runId, of) : null,
        result: {
          attempts: task.attempts,
          started_at: task.startedAt,
          duration_ms: task.durationMs,
          operator: task.operator,
          hostname: task.hostname,
        },
      })
    }
    await this.#db.transactional({ label: 'mirror run' }, (tx) =>
      mirrorEngineRun(tx, {
        scheduleId: taken.id,
        id: own?.id ?? null,
        versionId,
        externalRunId: run.runId,
        status,
        scheduledTime: run.scheduledTime ?? taken.now,
        startedAt: run.startedAt,
        finishedAt: run.finishedAt,
        params: run.conf,
        tasks,
      }),
    )
  }
}

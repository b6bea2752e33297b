import type { AirflowConfig, Operator } from '@jobu/airflow'
import {
  type AirflowClient,
  AirflowError,
  type DagFile,
  type DagFolder,
  dagIdOf,
  renderDag,
} from '@jobu/airflow'
import {
  activeEngineRuns,
  type Database,
  type EngineState,
  type EngineStateName,
  endEngineRun,
  engineTasks,
  type TakenSchedule,
} from '@jobu/db'
import { AirflowMirror } from './airflowMirror.ts'
import { bringRuns } from './bringRuns.ts'

/** A schedule nothing runs of is looked at so many times less often. */
const IDLE_FACTOR = 4
/** What Airflow says of a file is shortened to this, from its end, where the error is. */
const IMPORT_ERROR_CHARS = 2_000

export interface SyncOutcome {
  /** Null: jobu has it again. */
  state: EngineState | null
  /** Until the next look, in seconds; null: no more. */
  nextSeconds: number | null
  /** Airflow as a whole is away; other schedules need not find out for themselves. */
  isAway: boolean
}

/**
 * One look at a schedule in Airflow. It brings there what jobu decided and takes back what happened there; every step can be
 * repeated, so a dispatcher that dies between any two changes nothing.
 *
 *   WRITING:             its file is not in the folder yet --> WAITING_FOR_AIRFLOW
 *   WAITING_FOR_AIRFLOW: Airflow has not read that very file --> READY | IMPORT_ERROR
 *   READY:               runs are brought, followed, ended
 *   UNREACHABLE, REFUSED: as before, once Airflow answers
 *   DELETING:            file and DAG are removed --> DELETED
 */
export class AirflowSync {
  readonly #db: Database
  readonly #config: AirflowConfig
  readonly #client: AirflowClient
  readonly #folder: DagFolder
  readonly #mirror: AirflowMirror

  constructor(db: Database, config: AirflowConfig, client: AirflowClient, folder: DagFolder) {
    this.#db = db
    this.#config = config
    this.#client = client
    this.#folder = folder
    this.#mirror = new AirflowMirror(db, client)
  }

  /** @throws only errors of the database */
  async sync(taken: TakenSchedule): Promise<SyncOutcome> {
    const draft = draftOf(taken)
    try {
      return taken.isGone ? await this.#remove(taken, draft) : await this.#follow(taken, draft)
    } catch (error) {
      if (!(error instanceof AirflowError)) throw error
      return this.failed(taken, draft, error)
    }
  }

  /** The outcome of a look that Airflow made fail. What was reached before it did is kept. */
  failed(taken: TakenSchedule, draft: EngineState, error: AirflowError): SyncOutcome {
    const isAway = error.kind === 'AWAY' || error.kind === 'MALFORMED'
    draft.sync.failures = (taken.state?.sync.failures ?? 0) + 1
    const pause = this.#config.poll_seconds * 2 ** Math.min(draft.sync.failures - 1, 20)
    return {
      state: named(taken, draft, isAway ? 'UNREACHABLE' : 'REFUSED', error.message),
      nextSeconds: Math.min(pause, this.#config.max_backoff_seconds),
      isAway: error.kind === 'AWAY' && error.status === null,
    }
  }

  async #follow(taken: TakenSchedule, draft: EngineState): Promise<SyncOutcome> {
    const wasActive = taken.state?.sync.is_active ?? false
    // Enabled anew: it begins with the next slot, whatever passed meanwhile.
    if (taken.isEnabled && !wasActive) draft.sync.active_since = taken.now.toISOString()
    const file = await this.#render(taken, new Date(draft.sync.active_since))
    try {
      await this.#folder.write(file)
    } catch (error) {
      const message = `The DAG file cannot be written: ${(error as Error).message}`
      draft.sync.failures = (taken.state?.sync.failures ?? 0) + 1
      return this.#outcome(taken, draft, 'WRITING', message, true)
    }
    draft.sync.is_active = taken.isEnabled

    const dag = await this.#client.dag(file.dagId)
    const isRead = dag?.tags.includes(file.fingerprint) ?? false
    draft.next_run_at = (taken.isEnabled && dag?.nextRunAt?.toISOString()) || null
    if (dag && !dag.isPaused && !taken.isEnabled) await this.#client.setPaused(file.dagId, true)
    // Not before Airflow has read when it begins.
    if (dag?.isPaused && taken.isEnabled && isRead) await this.#client.setPaused(file.dagId, false)
    if (isRead) draft.sync.version_id = taken.versionId
    if (dag) {
      await bringRuns(this.#db, this.#client, file.dagId, taken.id, isRead)
      const isMore = await this.#mirror.take(taken, draft, file.dagId)
      if (isMore) return { state: named(taken, draft, 'READY', null), nextSeconds: 0, isAway: false }
    }
    draft.sync.failures = 0
    const isBusy = (await activeEngineRuns(this.#db, taken.id)).length > 0
    if (isRead) return this.#outcome(taken, draft, 'READY', null, isBusy)
    const trace = await this.#client.importError(file.fileName)
    if (trace === null) return this.#outcome(taken, draft, 'WAITING_FOR_AIRFLOW', null, true)
    return this.#outcome(taken, draft, 'IMPORT_ERROR', trace.slice(-IMPORT_ERROR_CHARS), true)
  }

  async #remove(taken: TakenSchedule, draft: EngineState): Promise<SyncOutcome> {
    const dagId = dagIdOf(taken.id)
    draft.sync.is_active = false
    draft.next_run_at = null
    try {
      // First: Airflow would read it again.
      await this.#folder.remove(`${dagId}.py`)
    } catch (error) {
      const message = `The DAG file cannot be removed: ${(error as Error).message}`
      return this.#outcome(taken, draft, 'DELETING', message, true)
    }
    if ((await this.#client.dag(dagId)) !== null) {
      // Gone only when a later look does not find it: Airflow may be in the midst of reading the file.
      await this.#client.deleteDag(dagId)
      return this.#outcome(taken, draft, 'DELETING', null, true)
    }
    for (const run of await activeEngineRuns(this.#db, taken.id)) {
      const message = 'The schedule was removed from Airflow'
      await endEngineRun(this.#db, run.id, { status: 'CANCELLED', reason: 'SCHEDULE_DELETED', message })
    }
    const state = taken.isDeleted ? named(taken, draft, 'DELETED', null) : null
    return { state, nextSeconds: null, isAway: false }
  }

  async #render(taken: TakenSchedule, activeSince: Date): Promise<DagFile> {
    const tasks = await engineTasks(this.#db, taken.versionId)
    return renderDag(
      {
        ...taken,
        activeSince,
        tasks: tasks.map((task) => ({ ...task, operator: (task.operator ?? 'jobu') as Operator })),
      },
      this.#config,
    )
  }

  #outcome(
    taken: TakenSchedule,
    draft: EngineState,
    state: EngineStateName,
    message: string | null,
    isBusy: boolean,
  ): SyncOutcome {
    const nextSeconds = this.#config.poll_seconds * (isBusy ? 1 : IDLE_FACTOR)
    return { state: named(taken, draft, state, message), nextSeconds, isAway: false }
  }
}

/** The state as it was, to be changed by a look. */
export function draftOf(taken: TakenSchedule): EngineState {
  const now = taken.now.toISOString()
  const sync = {
    is_active: false,
    active_since: now,
    version_id: null,
    mirrored_until: null,
    offset: 0,
    then_until: null,
    failures: 0,
  }
  return {
    state: 'WRITING',
    message: null,
    since: now,
    dag_id: dagIdOf(taken.id),
    next_run_at: null,
    ...taken.state,
    checked_at: now,
    sync: { ...sync, ...taken.state?.sync },
  }
}

function named(
  taken: TakenSchedule,
  draft: EngineState,
  state: EngineStateName,
  message: string | null,
): EngineState {
  const since = taken.state?.state === state ? taken.state.since : taken.now.toISOString()
  return { ...draft, state, message, since }
}

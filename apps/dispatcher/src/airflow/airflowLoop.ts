import { AirflowClient, type AirflowConfig, AirflowError, DagFolder } from '@jobu/airflow'
import {
  type Database,
  finishEngineSync,
  isConnectionFailure,
  nextEngineSync,
  type TakenSchedule,
  takeEngineSchedules,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import { AirflowSync, draftOf } from './airflowSync.ts'

/** Schedules looked at side by side. */
const PARALLEL = 4
/** Requests of one look that are reckoned with in its lease. One that takes longer may be done twice, and changes nothing twice. */
const LEASED_REQUESTS = 20
/** The longest sleep: notifications may be lost. */
const MAX_SLEEP_MS = 10_000
const MIN_SLEEP_MS = 50
const ERROR_PAUSE_MS = 1_000

/** Keeps the schedules of engine `airflow` and Airflow alike. Any number of dispatchers do so side by side. */
export class AirflowLoop {
  readonly #db: Database
  readonly #config: AirflowConfig
  readonly #logger: Logger
  readonly #sync: AirflowSync
  /** Nobody asks Airflow until then, by `performance.now()`: it was away a moment ago. */
  #away: { error: AirflowError; until: number } | null = null
  #wake: (() => void) | undefined
  #isWoken = false
  #isStopping = false
  #done: Promise<void> | undefined

  constructor(db: Database, config: AirflowConfig, logger: Logger, client = new AirflowClient(config)) {
    this.#db = db
    this.#config = config
    this.#logger = logger
    this.#sync = new AirflowSync(db, config, client, new DagFolder(config.dags_folder))
  }

  start(): void {
    this.#done = this.#run()
  }

  /** A schedule may be due earlier than thought. */
  wake(): void {
    this.#isWoken = true
    this.#wake?.()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.wake()
    await this.#done
  }

  /** Looks at all schedules that are due. @returns how many */
  async pass(): Promise<number> {
    let looks = 0
    while (!this.#isStopping) {
      const taken = await takeEngineSchedules(this.#db, {
        limit: PARALLEL,
        leaseSeconds: this.#config.timeout_seconds * LEASED_REQUESTS,
      })
      // All of them end before the pass does: stop() waits for it.
      const ends = await Promise.allSettled(taken.map((schedule) => this.#look(schedule)))
      for (const end of ends) if (end.status === 'rejected') throw end.reason
      looks += taken.length
      if (taken.length < PARALLEL) break
    }
    return looks
  }

  async #look(taken: TakenSchedule): Promise<void> {
    const away = this.#away
    const isSpared = away !== null && performance.now() < away.until
    const outcome = isSpared
      ? this.#sync.failed(taken, draftOf(taken), away.error)
      : await this.#sync.sync(taken)
    if (outcome.isAway && !isSpared) {
      this.#away = {
        error: new AirflowError('AWAY', outcome.state!.message!),
        until: performance.now() + this.#config.poll_seconds * 500,
      }
    } else if (!outcome.isAway) this.#away = null
    await finishEngineSync(this.#db, taken, outcome.state, outcome.nextSeconds)
    if (outcome.state?.state === taken.state?.state) return
    const { state, message } = outcome.state ?? { state: null, message: null }
    const log = { scheduleId: taken.id, state, message }
    if (state === 'UNREACHABLE' || state === 'REFUSED' || state === 'IMPORT_ERROR')
      this.#logger.warn('schedule is not in order in Airflow', log)
    else this.#logger.info('schedule in Airflow', log)
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      this.#isWoken = false
      let sleepMs = ERROR_PAUSE_MS
      try {
        await this.pass()
        const dueMs = await nextEngineSync(this.#db)
        sleepMs = Math.max(MIN_SLEEP_MS, Math.min(dueMs ?? Infinity, MAX_SLEEP_MS))
      } catch (error) {
        // The dispatch loop reports an outage of the database.
        if (!isConnectionFailure(error)) this.#logger.error('look at Airflow failed', { error })
      }
      await this.#sleep(sleepMs)
    }
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#isWoken || this.#isStopping) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = undefined
  }
}

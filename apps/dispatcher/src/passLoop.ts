import { isConnectionFailure } from '@jobu/db'
import type { Logger } from '@jobu/runtime'

/** Pause after an error before the next try. */
const ERROR_PAUSE_MS = 1_000

/**
 * Does what is due, and sleeps until more is.
 *
 *   passing:  do all that is due --> sleeping
 *   sleeping: for as long as the pass said, or until a wake --> passing
 *   stopped:  by stop(), after the pass under way
 */
export abstract class PassLoop {
  protected readonly logger: Logger
  protected isStopping = false
  readonly #faults: { failed: string; away: string | null }
  #wake: (() => void) | undefined
  #isWoken = false
  #done: Promise<void> | undefined

  /** @param faults  what is logged of a pass that failed, and of a database that is away; null: another loop tells that */
  constructor(logger: Logger, faults: { failed: string; away: string | null }) {
    this.logger = logger
    this.#faults = faults
  }

  /** Does all that is due. @returns how long nothing will be, in milliseconds */
  abstract pass(): Promise<number>

  /** Called once before the first pass. */
  protected async prepare(): Promise<void> {}

  start(): void {
    this.#done = this.#run()
  }

  /** Something may be due earlier than thought. */
  wake(): void {
    this.#isWoken = true
    this.#wake?.()
  }

  async stop(): Promise<void> {
    this.isStopping = true
    this.wake()
    await this.#done
  }

  async #run(): Promise<void> {
    const { failed, away } = this.#faults
    let isAway = false
    await this.prepare()
    while (!this.isStopping) {
      this.#isWoken = false
      let sleepMs = ERROR_PAUSE_MS
      try {
        sleepMs = await this.pass()
        if (isAway && away !== null) this.logger.info('database is back')
        isAway = false
      } catch (error) {
        const isAwayNow = isConnectionFailure(error)
        const message = isAwayNow ? away : failed
        if (message !== null && (!isAwayNow || !isAway)) this.logger.error(message, { error })
        isAway = isAwayNow
      }
      await this.#sleep(sleepMs)
    }
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#isWoken || this.isStopping) return
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

/** The event loop fires timers up to a millisecond early; a pass that finds nothing due yet comes back after this. */
const MIN_SLEEP_MS = 1
/** Pause when something due is locked by an editor or another dispatcher: looking again at once would only spin. */
const HELD_PAUSE_MS = 100

/**
 * How long a loop may sleep after a pass.
 *
 * @param delayMs    until something is due, negative when it is overdue; null: nothing is
 * @param passMs     how long the pass took: what was due before it, and still is, is held by someone
 * @param longestMs  the longest sleep
 */
export function sleepAfter(delayMs: number | null, passMs: number, longestMs: number): number {
  const isHeld = delayMs !== null && -delayMs > passMs
  return Math.max(isHeld ? HELD_PAUSE_MS : MIN_SLEEP_MS, Math.min(delayMs ?? Infinity, longestMs))
}

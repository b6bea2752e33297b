import { setTimeout as pause } from 'node:timers/promises'
import {
  appendLogs,
  type Database,
  isConnectionFailure,
  type LogLine,
  type Progress,
  recordProgress,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { ChangeFeed } from './changeFeed.ts'
import type { WorkerConfig } from './config.ts'
import type { HeldExecution } from './heldExecutions.ts'
import { messageOf } from './outcome.ts'
import type { SecretMask } from './secretMask.ts'
import type { WorkerMetrics } from './workerMetrics.ts'

/** How often lines and progress are written while there are any, in milliseconds. */
const FLUSH_INTERVAL_MS = 250
const FLUSH_LINES = 1_000
/** How long lines are kept while the database is away, in milliseconds, and how often they are tried. */
const MAX_OUTAGE_MS = 60_000
const RETRY_PAUSE_MS = 250
const MAX_LINE_CHARACTERS = 16_384
const MAX_STEP_CHARACTERS = 500

interface LogAccount {
  lines: number
  bytes: number
  isFull: boolean
}

interface Line extends LogLine {
  held: HeldExecution
}

/** Gathers what handlers log and how far they are, and writes it in batches. */
export class Reporter {
  readonly #db: Database
  readonly #limits: WorkerConfig['log']
  readonly #metrics: WorkerMetrics
  readonly #logger: Logger
  readonly #feed: ChangeFeed
  readonly #accounts = new WeakMap<HeldExecution, LogAccount>()
  #lines: Line[] = []
  #progress = new Map<HeldExecution, Progress>()
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> = Promise.resolve()

  constructor(
    db: Database,
    limits: WorkerConfig['log'],
    metrics: WorkerMetrics,
    logger: Logger,
    feed: ChangeFeed,
  ) {
    this.#db = db
    this.#limits = limits
    this.#metrics = metrics
    this.#logger = logger
    this.#feed = feed
  }

  /** A line counts whenever it comes: what a handler logs after `ctx.transaction` or its timeout is told as well. */
  log(held: HeldExecution, level: LogLine['level'], message: string, fields?: object): void {
    const account = this.#accounts.get(held) ?? { lines: 0, bytes: 0, isFull: false }
    this.#accounts.set(held, account)
    if (account.isFull) return
    const { mask } = held
    const text = cut(mask ? mask.text(String(message)) : String(message), MAX_LINE_CHARACTERS)
    const stored = jsonFields(fields, mask)
    account.lines++
    account.bytes += Buffer.byteLength(text) + stored.bytes
    if (account.lines > this.#limits.max_lines || account.bytes > this.#limits.max_bytes) {
      account.isFull = true
      const { max_lines: lines, max_bytes: bytes } = this.#limits
      this.#push(
        held,
        account.lines,
        'warn',
        `log cut: more than ${lines} lines or ${bytes} bytes in one attempt`,
        null,
      )
      return
    }
    this.#push(held, account.lines, level, text, stored.fields)
  }

  progress(held: HeldExecution, percent: number, step?: string): void {
    if (held.isSettled) return
    const { id, scheduledTime, attempt } = held.claim
    const known = this.#progress.get(held)
    this.#progress.set(held, {
      id,
      scheduledTime,
      attempt,
      percent: Number.isFinite(percent) ? Math.round(Math.min(Math.max(percent, 0), 100)) : 0,
      step:
        step === undefined
          ? (known?.step ?? null)
          : cut(
              (held.mask ? held.mask.text(String(step)) : String(step)).replaceAll('\0', '\\0'),
              MAX_STEP_CHARACTERS,
            ),
    })
    this.#schedule()
  }

  /** Writes all that was reported before the call. */
  async flush(): Promise<void> {
    if (this.#lines.length > 0 || this.#progress.size > 0) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      const lines = this.#lines
      const progress = this.#progress
      this.#lines = []
      this.#progress = new Map()
      this.#flushing = this.#flushing.then(() => this.#write(lines, progress))
    }
    await this.#flushing
  }

  #push(
    held: HeldExecution,
    line: number,
    level: LogLine['level'],
    message: string,
    fields: LogLine['fields'],
  ): void {
    const { id, scheduledTime, attempt } = held.claim
    const loggedAt = new Date()
    this.#lines.push({ id, scheduledTime, attempt, line, level, message, fields, loggedAt, held })
    if (this.#lines.length >= FLUSH_LINES) void this.flush()
    else this.#schedule()
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_INTERVAL_MS)
  }

  // Lines are worth keeping through an outage, but not an execution: what cannot be written is dropped and said.
  async #write(lines: Line[], progress: Map<HeldExecution, Progress>): Promise<void> {
    for (const startedAt = performance.now(); ; await pause(RETRY_PAUSE_MS)) {
      try {
        if (lines.length > 0) await appendLogs(this.#db, lines)
        if (progress.size > 0) await recordProgress(this.#db, [...progress.values()])
        this.#tell(lines, progress)
        return
      } catch (error) {
        if (!isConnectionFailure(error) || performance.now() - startedAt > MAX_OUTAGE_MS) {
          this.#metrics.logLinesLost.inc(lines.length)
          this.#logger.warn('log lines lost', { lines: lines.length, error })
          return
        }
      }
    }
  }

  #tell(lines: Line[], progress: Map<HeldExecution, Progress>): void {
    for (const { held, line } of lines) this.#feed.logged(held.claim, line)
    for (const [held, { percent, step }] of progress) {
      // Its outcome, which may be told already, is the news by then.
      if (!held.isSettled) this.#feed.progressed(held.claim, percent, step)
    }
  }
}

function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)} [cut]` : text
}

/** Fields as JSON can hold them; a cycle or a BigInt loses the fields, not the line. */
function jsonFields(
  fields: object | undefined,
  mask: SecretMask | null,
): { fields: LogLine['fields']; bytes: number } {
  if (fields === undefined) return { fields: null, bytes: 0 }
  try {
    const json = JSON.stringify(fields)
    const text = mask ? mask.json(json) : json
    if (text.length > MAX_LINE_CHARACTERS) {
      return { fields: { cut: cut(text, MAX_LINE_CHARACTERS) }, bytes: MAX_LINE_CHARACTERS }
    }
    return { fields: JSON.parse(text), bytes: Buffer.byteLength(text) }
  } catch (error) {
    return { fields: { unserializable: mask ? mask.text(messageOf(error)) : messageOf(error) }, bytes: 0 }
  }
}

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

/** Gathers what handlers log and how far they are, and writes it in batches. */
export class Reporter {
  readonly #db: Database
  readonly #limits: WorkerConfig['log']
  readonly #metrics: WorkerMetrics
  readonly #logger: Logger
  readonly #accounts = new WeakMap<HeldExecution, LogAccount>()
  #lines: LogLine[] = []
  #progress = new Map<HeldExecution, Progress>()
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> = Promise.resolve()

  constructor(db: Database, limits: WorkerConfig['log'], metrics: WorkerMetrics, logger: Logger) {
    this.#db = db
    this.#limits = limits
    this.#metrics = metrics
    this.#logger = logger
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
      const progress = [...this.#progress.values()]
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
    this.#lines.push({ id, scheduledTime, attempt, line, level, message, fields, loggedAt: new Date() })
    if (this.#lines.length >= FLUSH_LINES) void this.flush()
    else this.#schedule()
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_INTERVAL_MS)
  }

  // Lines are worth keeping through an outage, but not an execution: what cannot be written is dropped and said.
  async #write(lines: LogLine[], progress: Progress[]): Promise<void> {
    for (const startedAt = performance.now(); ; await pause(RETRY_PAUSE_MS)) {
      try {
        if (lines.length > 0) await appendLogs(this.#db, lines)
        if (progress.length > 0) await recordProgress(this.#db, progress)
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

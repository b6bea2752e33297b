import {
  type Database,
  databaseNow,
  type ExecutionRow,
  FINAL_STATUSES,
  getExecution,
  getExecutionByKey,
  isConnectionFailure,
  JobuError,
  type LogPosition,
  listLogsAfter,
} from '@jobu/db'
import type { Request, Response } from 'express'
import { validationError } from '../http/validationError.ts'
import type { ListLogsQuery } from '../schemas/job.ts'
import { logView } from '../views/jobView.ts'
import type { EventHub } from './eventHub.ts'
import { type EventStream, eventText } from './eventStream.ts'

/** How often the rows are read while nothing is told: the feed only shortens the wait. */
const POLL_MS = 2_000
/**
 * How long after its end an execution may still get lines, when nobody told that it has them all: a handler that
 * commits its own SUCCESS does so before its last lines are stored.
 */
const LINGER_MS = 1_000
/** Lines read, and sent, at once. */
const BATCH = 500
const POSITION = /^(\d{1,9}):(\d{1,9})(:end)?$/

/** Sends an execution's log as it is written, and how far the execution is, until it is final. */
export class JobLogStream {
  readonly #database: Database
  readonly #hub: EventHub

  constructor(database: Database, hub: EventHub) {
    this.#database = database
    this.#hub = hub
  }

  /** @throws JobuError JOB_NOT_FOUND, VALIDATION_FAILED, TOO_MANY_REQUESTS */
  async follow(id: number, query: ListLogsQuery, request: Request, response: Response): Promise<void> {
    const { attempt, level, ...paging } = query
    const [page] = Object.entries(paging).find(([, value]) => value !== undefined) ?? []
    if (page)
      throw validationError([{ field: page, message: 'is for pages; a stream begins at Last-Event-ID' }])
    const { position, hasEnded } = positionOf(request.get('last-event-id'))
    const row = await getExecution(this.#database, id)
    if (hasEnded && isFinal(row)) {
      const [more] = await listLogsAfter(this.#database, row, position, { attempt, level }, 1)
      // What makes a browser's EventSource stop asking.
      if (!more) return void response.status(204).end()
    }
    const stream = this.#hub.streams.open(request, response)
    if (!stream) return
    try {
      await this.#send(stream, row, position, { attempt, level })
    } finally {
      stream.end()
    }
  }

  async #send(
    stream: EventStream,
    first: ExecutionRow,
    position: LogPosition,
    filter: Pick<ListLogsQuery, 'attempt' | 'level'>,
  ): Promise<void> {
    const waiter = new Waiter(stream)
    let toldStatus: unknown
    const unwatch = this.#hub.watch(first.id, (event) => {
      // Told once its log is whole.
      if (event?.name === 'execution') toldStatus = event.data.status
      waiter.wake()
    })
    let row = first
    let sentState = ''
    try {
      while (!stream.isClosed) {
        waiter.arm()
        try {
          row = await getExecutionByKey(this.#database, row)
          const isWhole = isFinal(row) && (toldStatus === row.status || (await this.#isLongOver(row)))
          const state = eventText('execution', stateOf(row))
          if (state !== sentState) stream.write(state)
          sentState = state
          for (let isMore = true; isMore && !stream.isClosed; ) {
            await waiter.untilRead()
            const lines = await listLogsAfter(this.#database, row, position, filter, BATCH)
            const texts = lines.map((line) => eventText('log', logView(line), `${line.attempt}:${line.line}`))
            if (texts.length > 0) stream.write(texts.join(''))
            position = lines.at(-1) ?? position
            isMore = lines.length === BATCH
          }
          if (isWhole) return sendEnd(stream, row, position)
        } catch (error) {
          if (error instanceof JobuError && error.code === 'JOB_NOT_FOUND') {
            return sendEnd(stream, row, position, { is_deleted: true })
          }
          // The stream outlives an outage of the database.
          if (!isConnectionFailure(error)) throw error
        }
        await waiter.sleep(isFinal(row) ? LINGER_MS : POLL_MS)
      }
    } finally {
      unwatch()
    }
  }

  async #isLongOver({ finishedAt }: ExecutionRow): Promise<boolean> {
    const now = await databaseNow(this.#database)
    return now.getTime() - finishedAt!.getTime() > LINGER_MS
  }
}

/** Sleeps until something happens to the execution or the stream. */
class Waiter {
  readonly #stream: EventStream
  #isWoken = false
  #resolve: () => void = () => {}

  constructor(stream: EventStream) {
    this.#stream = stream
    stream.onDrain = () => this.#resolve()
    stream.onClose = () => this.#resolve()
  }

  /** What happens from now on ends the next sleep. */
  arm(): void {
    this.#isWoken = false
  }

  wake(): void {
    this.#isWoken = true
    this.#resolve()
  }

  async sleep(ms: number): Promise<void> {
    if (this.#isWoken || this.#stream.isClosed) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#resolve = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Resolves once the client has read what was written, or is gone. */
  async untilRead(): Promise<void> {
    while (this.#stream.isBlocked && !this.#stream.isClosed) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
      })
    }
  }
}

/** @throws JobuError VALIDATION_FAILED */
function positionOf(lastEventId: string | undefined): { position: LogPosition; hasEnded: boolean } {
  if (lastEventId === undefined) return { position: { attempt: 0, line: 0 }, hasEnded: false }
  const [, attempt, line, end] = POSITION.exec(lastEventId) ?? []
  if (attempt === undefined) {
    throw validationError([
      {
        field: 'Last-Event-ID',
        message: 'expected an id of this stream, such as 1:42',
        received: lastEventId,
      },
    ])
  }
  return { position: { attempt: Number(attempt), line: Number(line) }, hasEnded: end !== undefined }
}

/** As `/events` tells it. */
function stateOf(row: ExecutionRow) {
  return {
    id: row.id,
    status: row.status,
    job_id: row.jobId,
    handler_name: row.handlerName,
    queue: row.queue,
    attempt: row.attempt,
    progress_percentage: row.progressPercentage,
    current_step: row.currentStep,
  }
}

function sendEnd(stream: EventStream, row: ExecutionRow, { attempt, line }: LogPosition, more = {}): void {
  const { id, status, reason, errorMessage, finishedAt } = row
  const data = { id, status, reason, error_message: errorMessage, finished_at: finishedAt, ...more }
  stream.write(eventText('end', data, `${attempt}:${line}:end`))
}

const isFinal = ({ status }: ExecutionRow) => (FINAL_STATUSES as readonly string[]).includes(status)

import { setTimeout as delay } from 'node:timers/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { ApiError, CliError, EXIT } from '../errors.ts'
import type { Connection } from '../settings.ts'
import { type Query, send } from './request.ts'

/** Pauses before a lost stream is opened again, in milliseconds; the server may name another with `retry:`. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** A stream that says nothing for so long, not even a heartbeat, counts as lost, in milliseconds. */
const SILENCE_MS = 90_000

export interface StreamEvent {
  event: string
  data: unknown
}

/** The server has no such stream: the caller polls instead. */
export class StreamUnavailable extends CliError {
  override readonly name = 'StreamUnavailable'
}

/**
 * Yields the events of a stream: opened -> (lost -> pause -> opened after the last event seen)* until the caller stops
 * reading or `isOver` says, at the end of a connection, that there is no more to come.
 *
 * @param onLost  hears of each loss, for the person who watches
 * @throws StreamUnavailable where the first answer is no stream; what `send` throws on a refusal
 */
export async function* followStream(
  connection: Connection,
  path: string,
  options: {
    query?: Query
    signal: AbortSignal
    isOver?: () => Promise<boolean>
    onLost?: (reason: string) => void
  },
): AsyncGenerator<StreamEvent, void> {
  const { query, signal, isOver, onLost } = options
  let lastEventId: string | undefined
  let retryMs = FIRST_PAUSE_MS
  let pauseMs = retryMs
  let wasOpen = false
  for (;;) {
    try {
      const response = await open(connection, path, { query, signal, lastEventId })
      wasOpen = true
      // What has ended, and was read to its end, is answered so.
      if (response.status === 204) return
      const onRetry = (ms: number) => {
        retryMs = Math.min(ms, LONGEST_PAUSE_MS)
      }
      for await (const message of events(response, onRetry)) {
        pauseMs = retryMs
        if (message.id !== undefined) lastEventId = message.id
        yield { event: message.event ?? 'message', data: parse(message.data) }
      }
      if (await isOver?.()) return
      onLost?.('the server ended the stream')
    } catch (error) {
      signal.throwIfAborted()
      if (!wasOpen || !isPassing(error)) throw error
      onLost?.((error as Error).message)
    }
    await delay(pauseMs, undefined, { signal })
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

async function open(
  connection: Connection,
  path: string,
  { query, signal, lastEventId }: { query?: Query; signal: AbortSignal; lastEventId?: string },
): Promise<Response> {
  const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) }
  let response: Response
  try {
    response = await send(connection, 'GET', path, { query, headers, signal })
  } catch (error) {
    if (error instanceof ApiError && [404, 405, 406].includes(error.status)) {
      throw new StreamUnavailable(error.message, error.exitCode)
    }
    throw error
  }
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') && response.body
  if (isStream || response.status === 204) return response
  await response.body?.cancel()
  throw new StreamUnavailable(`${path} is no stream there`)
}

/** @throws what breaks the connection, or its silence */
async function* events(response: Response, onRetry: (ms: number) => void) {
  const silence = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(new Error('the stream went silent')), SILENCE_MS)
  }
  heard()
  try {
    const listening = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, out) {
        heard()
        out.enqueue(chunk)
      },
    })
    const stream = response
      .body!.pipeThrough(listening, { signal: silence.signal })
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ onRetry }))
    for await (const message of stream) yield message
  } finally {
    clearTimeout(timer)
  }
}

/** Whether opening the stream again may help: a broken connection, or a server that is away for the moment. */
function isPassing(error: unknown): boolean {
  if (error instanceof StreamUnavailable) return false
  if (error instanceof ApiError) return error.status >= 500 || error.status === 429
  if (error instanceof CliError) return error.exitCode === EXIT.unreachable
  return true
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}

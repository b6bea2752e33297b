import net from 'node:net'

/** What came back, as far as HTTP tells it; undefined: the connection was closed without a word. */
export interface Answer {
  status: number
  headers: Map<string, string>
  body: Buffer
}

export interface ExchangeOptions {
  /** The address of this machine that it comes from. */
  localAddress?: string
  /** The request has no end: the client closes its side after what it has. */
  isUnfinished?: boolean
}

const TIMEOUT_MS = 90_000
const END_OF_HEAD = Buffer.from('\r\n\r\n')

/**
 * Sends bytes, whatever they are, over a connection of their own.
 *
 * @throws Error when nothing has come, and the connection is still open, after a minute and a half
 */
export function exchange(
  port: number,
  bytes: Buffer,
  { localAddress, isUnfinished = false }: ExchangeOptions = {},
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let received = 0
    const socket = net.connect({ port, host: '127.0.0.1', localAddress })
    const finish = (isOver: boolean) => {
      const answer = answerIn(Buffer.concat(chunks, received), isOver)
      if (!isOver && answer === undefined) return
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no answer and no end within ${TIMEOUT_MS} ms`))
    }, TIMEOUT_MS)
    socket.on('connect', () => {
      if (isUnfinished) socket.end(bytes)
      else socket.write(bytes)
    })
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      received += chunk.length
      finish(false)
    })
    socket.on('close', () => finish(true))
    // A server that refuses a large body need not read all of it.
    socket.on('error', () => {})
  })
}

/** The first answer that is no `100 Continue`; undefined while it is not whole. */
function answerIn(bytes: Buffer, isOver: boolean): Answer | undefined {
  const end = bytes.indexOf(END_OF_HEAD)
  if (end === -1) return undefined
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1])
  if (status === 100) return answerIn(bytes.subarray(end + 4), isOver)
  const headers = new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([^:]*):\s*(.*)$/.exec(line) ?? []
      return [name.toLowerCase(), value]
    }),
  )
  const body = bytes.subarray(end + 4)
  const isStream = headers.get('content-type')?.startsWith('text/event-stream')
  const length = headers.get('content-length')
  const isWhole = isStream || (length === undefined ? isOver : body.length >= Number(length))
  return isWhole || isOver ? { status, headers, body } : undefined
}

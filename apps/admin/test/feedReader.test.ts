import { EventEmitter } from 'node:events'
import { createLogger, type Logger } from '@jobu/runtime'
import type { Request, Response } from 'express'
import { EventStream } from '../src/events/eventStream.ts'
import { EventStreams } from '../src/events/eventStreams.ts'
import { FeedEvent, parseMessage } from '../src/events/feedEvent.ts'
import { FeedReader } from '../src/events/feedReader.ts'

/** A response whose client reads when the test says so: it takes `takes` characters, then says wait. */
class FakeResponse extends EventEmitter {
  locals: { isStillValid?: () => Promise<boolean> } = {}
  text = ''
  destroyed = false
  isEnded = false
  #room: number

  constructor(takes = Number.POSITIVE_INFINITY) {
    super()
    this.#room = takes
  }

  set(): void {}

  write(text: string): boolean {
    this.text += text
    this.#room -= text.length
    return this.#room > 0
  }

  read(takes: number): void {
    this.#room = takes
    this.emit('drain')
  }

  end(): void {
    this.isEnded = true
    this.emit('close')
  }

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }

  get response(): Response {
    return this as unknown as Response
  }

  /** `event id` of each event received. */
  get events(): string[] {
    return this.text
      .split('\n\n')
      .filter((block) => block.includes('data: '))
      .map((block) => {
        const data = JSON.parse(/data: (.*)/.exec(block)![1]!)
        return `${/event: (.*)/.exec(block)![1]} ${data.id ?? data.reason ?? JSON.stringify(data.counts)}`
      })
  }
}

let count = 0
const message = (ids: number[], more?: object) =>
  parseMessage(
    JSON.stringify({
      id: `m${++count}`,
      at: 'now',
      event: 'execution',
      changes: ids.map((id) => ({ id, status: `S${count}` })),
      more,
    }),
  )!

function aReader(takes?: number) {
  const response = new FakeResponse(takes)
  const reader = new FeedReader(new EventStream(response.response), () => true)
  return {
    response,
    send: (ids: number[], more?: object) => {
      const { events, lastId } = message(ids, more)
      reader.take(events, lastId)
    },
    reader,
  }
}

describe('FeedReader', () => {
  test('a client that reads gets every state', () => {
    const { response, send } = aReader()
    for (let n = 0; n < 3; n++) send([1, 2])
    expect(response.events).toEqual(Array(3).fill(['execution 1', 'execution 2']).flat())
  })

  test('a slow one gets the newest state of each execution, in the order of the feed', () => {
    const { response, send } = aReader(10)
    send([9])
    send([1, 2, 3])
    send([2, 4])
    send([1])
    expect(response.events).toEqual([])
    response.read(100_000)
    expect(response.events).toEqual([
      'execution 9',
      'execution 3',
      'execution 2',
      'execution 4',
      'execution 1',
    ])
    expect(response.text).toContain(`id: m${count}-0\nevent: execution\ndata: {"id":1,"status":"S${count}"`)
    send([5])
    expect(response.events.at(-1)).toBe('execution 5')
  })

  test('a slow one gets the counts of what was not told one by one added up', () => {
    const { response, send } = aReader(10)
    send([], { SUCCESS: 5, FAILED: 1 })
    send([], { SUCCESS: 7, RUNNING: 2 })
    response.read(100_000)
    expect(response.events).toEqual([`more ${JSON.stringify({ SUCCESS: 12, FAILED: 1, RUNNING: 2 })}`])
  })

  test('of what is kept no more is written than the client takes', () => {
    const { response, send } = aReader(10)
    send(Array.from({ length: 1_000 }, (_, id) => id))
    response.read(1)
    const { length } = response.text
    expect(length).toBeLessThan(20_000)
    response.read(1)
    expect(response.text.length).toBeGreaterThan(length)
    response.read(1_000_000)
    expect(response.events).toHaveLength(1_000)
  })

  test('one for which too much is kept is told once to read anew, and gets what comes after that', () => {
    const { response, send } = aReader(10)
    for (let n = 0; n < 10; n++) send(Array.from({ length: 1_000 }, (_, id) => n * 1_000 + id))
    send([-1])
    response.read(1_000_000)
    expect(response.events[0]).toBe('resync too_slow')
    expect(response.events.filter((event) => event.startsWith('resync'))).toHaveLength(1)
    expect(response.events.at(-1)).toBe('execution -1')
    expect(response.events.length).toBeLessThan(2_002)
  })

  test('resuming from any event leads to all that was kept after it', () => {
    const { response, send } = aReader(10)
    send([1, 2])
    send([1])
    response.read(100_000)
    const places = [...response.text.matchAll(/id: (\S+)/g)].map(([, place]) => place)
    expect(places).toEqual([`m${count - 1}-1`, `m${count}-0`])
  })

  test('one without a place gets it with the next message, though that is not for it', () => {
    const response = new FakeResponse()
    const reader = new FeedReader(new EventStream(response.response), () => false)
    reader.take([], undefined)
    expect(response.text).toBe('retry: 2000\n\n')
    const { events, lastId } = message([1])
    reader.take(events, lastId)
    expect(response.text).toBe(`retry: 2000\n\nid: ${lastId}\n\n`)
  })

  test('a mark is a place without an event; an event is made into text once for all', () => {
    expect(parseMessage('{"id":"a","event":"mark","changes":[{}]}')).toEqual({
      id: 'a',
      lastId: 'a-0',
      events: [],
    })
    const event = new FeedEvent('a-0', 'executions', 'execution', { id: 1 })
    expect(event.text).toBe(event.text)
    expect(event.text).toBe('id: a-0\nevent: execution\ndata: {"id":1}\n\n')
  })
})

describe('EventStreams', () => {
  const request = { accepts: () => 'text/event-stream', method: 'GET' } as unknown as Request
  const logger = createLogger('admin', { JOBU_LOG_LEVEL: 'silent' }) as Logger
  let streams: EventStreams
  const open = (response: FakeResponse) => streams.open(request, response.response)!
  const closed = (response: FakeResponse) => new Promise((resolve) => response.once('close', resolve))
  beforeEach(() => {
    streams = new EventStreams({ maxStreams: 10, heartbeatMs: 5, stuckMs: 20 }, logger)
  })
  afterEach(() => streams.close())

  test('one whose client reads nothing is dropped; the others stay', async () => {
    const [stuck, reading] = [new FakeResponse(1), new FakeResponse()]
    open(stuck)
    open(reading)
    await closed(stuck)
    expect(stuck.destroyed).toBe(true)
    expect(reading.destroyed || reading.isEnded).toBe(false)
    expect(streams.size).toBe(1)
  })

  test('a heartbeat is not written where something waits to be read', async () => {
    streams.close()
    streams = new EventStreams({ maxStreams: 10, heartbeatMs: 5, stuckMs: 60_000 }, logger)
    const [slow, reading] = [new FakeResponse(1), new FakeResponse()]
    open(slow)
    open(reading)
    while (!/heartbeat.*heartbeat/s.test(reading.text)) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(slow.text).toBe('retry: 2000\n\n')
  })

  test('one whose session ends is ended at the next heartbeat', async () => {
    const response = new FakeResponse()
    let isValid = true
    let asked = 0
    response.locals.isStillValid = async () => {
      asked++
      return isValid
    }
    open(response)
    while (asked < 3) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(response.isEnded).toBe(false)
    isValid = false
    await closed(response)
    expect(response.isEnded).toBe(true)
  })

  test('one whose session cannot be checked stays while the database is away, and only then', async () => {
    const response = new FakeResponse()
    let asked = 0
    let code = 'ECONNREFUSED'
    response.locals.isStillValid = async () => {
      asked++
      throw Object.assign(new Error('no'), { code })
    }
    open(response)
    while (asked < 3) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(response.isEnded).toBe(false)
    code = 'OTHER'
    await closed(response)
    expect(response.isEnded).toBe(true)
  })

  test('a client that went away before its stream began gets none', () => {
    const gone = new FakeResponse()
    gone.destroy()
    expect(open(gone)).toBeUndefined()
    expect(streams.size).toBe(0)
  })

  test('closing ends them all, also one whose client reads nothing, and later ones at once', () => {
    const [stuck, reading, late] = [new FakeResponse(1), new FakeResponse(), new FakeResponse()]
    open(stuck)
    open(reading)
    streams.close()
    expect([stuck.destroyed, reading.isEnded]).toEqual([true, true])
    expect(open(late)).toBeUndefined()
    expect(late.isEnded).toBe(true)
    expect(streams.size).toBe(0)
  })
})

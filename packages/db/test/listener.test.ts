import { EventEmitter, once } from 'node:events'

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { Bench } from '../../../test/support/builders.ts'
import { Listener } from '../src/index.ts'

let bench: Bench
let listener: Listener
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(() => listener.close())
afterAll(() => bench.close())

function listen(url = bench.url): EventEmitter {
  const events = new EventEmitter()
  listener = new Listener(
    { url },
    {
      channels: ['jobu_work', 'with "quotes"'],
      applicationName: 'listener-under-test',
      onNotify: (channel, payload) => events.emit('notify', channel, payload),
      onConnect: () => events.emit('connect'),
      onDisconnect: (error) => events.emit('disconnect', error),
    },
  )
  return events
}
const sessions = `FROM pg_stat_activity WHERE application_name = 'listener-under-test' AND datname = current_database()`

describe('Listener', () => {
  test('hands on what is notified on its channels', async () => {
    const events = listen()
    await once(events, 'connect')
    expect(listener.isListening).toBe(true)
    const heard = once(events, 'notify')
    await bench.db.query(`SELECT pg_notify('other', 'x'), pg_notify('with "quotes"', 'y')`)
    expect(await heard).toEqual(['with "quotes"', 'y'])
    const empty = once(events, 'notify')
    await bench.db.query('NOTIFY jobu_work')
    expect(await empty).toEqual(['jobu_work', ''])
  })

  test('whose backend is terminated says so, comes back by itself, and asks to look for work again', async () => {
    const events = listen()
    await once(events, 'connect')
    const [lost, back] = [once(events, 'disconnect'), once(events, 'connect')]
    await bench.db.query(`SELECT pg_terminate_backend(pid) ${sessions}`)
    await lost
    expect(listener.isListening).toBe(false)
    await back
    expect(listener.isListening).toBe(true)
    const heard = once(events, 'notify')
    await bench.db.query(`NOTIFY jobu_work, 'after'`)
    expect(await heard).toEqual(['jobu_work', 'after'])
  })

  test('keeps trying while the server refuses it', async () => {
    const url = new URL(bench.url)
    url.pathname = '/nowhere'
    const events = listen(url.href)
    await once(events, 'disconnect')
    await once(events, 'disconnect')
    expect(listener.isListening).toBe(false)
  })

  test('that is closed ends its session, and does not come back', async () => {
    const events = listen()
    await once(events, 'connect')
    let disconnects = 0
    events.on('disconnect', () => disconnects++)
    await listener.close()
    for (let count = 1; count > 0; ) {
      count = (await bench.db.query(`SELECT ${sessions}`)).rowCount!
    }
    expect(disconnects).toBe(0)
    expect(listener.isListening).toBe(false)
  })
})

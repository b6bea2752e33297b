import { EventEmitter } from 'node:events'
import { jest } from '@jest/globals'
import type { Response } from 'express'
import type { Identity } from '../src/access/authenticator.ts'
import { guardStream } from '../src/http/guardStream.ts'

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

/** An open stream, and what is found out of its caller when that is looked at again. */
function stream(recheck: (() => Promise<Partial<Identity> | undefined>) | undefined) {
  const response = Object.assign(new EventEmitter(), { locals: { recheck }, end: jest.fn() })
  return response as unknown as Response & { end: jest.Mock }
}
const pass = () => jest.advanceTimersByTimeAsync(5_000)

test('a stream goes on while its caller may open it', async () => {
  const response = stream(async () => ({ role: 'operator' }))
  guardStream(response, 'viewer')
  await pass()
  await pass()
  expect(response.end).not.toHaveBeenCalled()
})

test.each([
  ['is nobody any more', undefined],
  ['has a lesser role', { role: 'viewer' } as const],
])('ends when its caller %s', async (_, identity) => {
  const response = stream(async () => identity)
  guardStream(response, 'operator')
  await pass()
  expect(response.end).toHaveBeenCalled()
})

test('goes on while it cannot be found out who its caller is', async () => {
  const response = stream(async () => {
    throw new Error('the database is away')
  })
  guardStream(response, 'viewer')
  await pass()
  expect(response.end).not.toHaveBeenCalled()
})

test('is not looked after once it has closed', async () => {
  const recheck = jest.fn(async () => undefined)
  const response = stream(recheck)
  guardStream(response, 'viewer')
  response.emit('close')
  await pass()
  expect(recheck).not.toHaveBeenCalled()
})

import { runInNewContext } from 'node:vm'
import { describe, expect, test } from '@jest/globals'
import { HandlerParamsError, HandlerResultError } from '@jobu/handlers'
import { HeldExecutions } from '../src/heldExecutions.ts'
import { HandlerNotFound, outcomeOf } from '../src/outcome.ts'
import { aClaim } from './support/aClaim.ts'

const aHeld = () => new HeldExecutions(1).add(aClaim({ retryDelaySeconds: 3 }), null)
const outcomeOfThrown = (error: unknown) => outcomeOf(aHeld(), error)

describe('outcomeOf', () => {
  test('an error is a failed attempt with its stack, tried again after its backoff', () => {
    const error = new Error('boom')
    expect(outcomeOfThrown(error)).toEqual({
      outcome: 'FAILED',
      reason: 'HANDLER_ERROR',
      message: 'boom',
      stack: error.stack,
      retryDelayMs: 3_000,
    })
  })

  test('the messages of the causes follow, each said once', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:1')
    const error = new Error('fetch failed', { cause: new Error('fetch failed', { cause }) })
    expect(outcomeOfThrown(error)).toMatchObject({
      message: 'fetch failed: connect ECONNREFUSED 127.0.0.1:1',
    })
  })

  test('a cause that leads back to its error ends the message, not the worker', () => {
    const error: Error = new Error('round')
    error.cause = new Error('and round', { cause: error })
    expect(outcomeOfThrown(error)).toMatchObject({ message: 'round: and round' })
  })

  test('several errors in one tell their messages', () => {
    const error = new AggregateError([new Error('first'), new Error('second')])
    expect(outcomeOfThrown(error)).toMatchObject({ message: 'first; second' })
  })

  test.each([
    ['an error without a message', new TypeError(), 'TypeError'],
    ['a string', 'just text', 'thrown: just text'],
    ['undefined', undefined, 'thrown: undefined'],
    ['null', null, 'thrown: null'],
    ['a number', 42, 'thrown: 42'],
    ['a symbol', Symbol('odd'), 'thrown: Symbol(odd)'],
    ['a plain object', { code: 7 }, 'thrown: { code: 7 }'],
    ['an object without a prototype', Object.create(null), 'thrown: [Object: null prototype] {}'],
    ['a function', () => 1, 'thrown: [Function (anonymous)]'],
  ])('%s thrown is a failed attempt', (_, thrown, message) => {
    expect(outcomeOfThrown(thrown)).toMatchObject({ outcome: 'FAILED', reason: 'HANDLER_ERROR', message })
  })

  test('an object that only looks like an error, and one of another realm, is told as an error', () => {
    expect(outcomeOfThrown({ message: 'looks like one' })).toMatchObject({ message: 'looks like one' })
    const error = runInNewContext('new RangeError("elsewhere", { cause: new Error("inner") })')
    expect(outcomeOfThrown(error)).toMatchObject({ message: 'elsewhere: inner', stack: error.stack })
  })

  test('a frozen error is an error', () => {
    expect(outcomeOfThrown(Object.freeze(new Error('frozen')))).toMatchObject({ message: 'frozen' })
  })

  test.each(['message', 'stack', 'name', 'cause'])(
    'an error whose %s throws when read is a failed attempt, and nothing worse',
    (field) => {
      const error = new Error('partly readable')
      Object.defineProperty(error, field, {
        get() {
          throw new Error('no reading')
        },
      })
      expect(outcomeOfThrown(error)).toMatchObject({ outcome: 'FAILED', reason: 'HANDLER_ERROR' })
    },
  )

  test('a message, a name or a stack that is no text does not reach the database as it is', () => {
    const error = Object.assign(new Error('text'), { message: 42, stack: { not: 'text' } })
    const outcome = outcomeOfThrown(error)
    expect(outcome).toMatchObject({ message: '42', stack: null })
    const inner = Object.assign(new Error('x', { cause: new Error('inner') }), { message: ['a'] })
    expect(outcomeOfThrown(inner)).toMatchObject({ message: "[ 'a' ]: inner" })
  })

  test('a proxy that refuses everything is a failed attempt', () => {
    const refuse = () => {
      throw new Error('refused')
    }
    const proxy = new Proxy({}, { get: refuse, getPrototypeOf: refuse, has: refuse, ownKeys: refuse })
    expect(outcomeOfThrown(proxy)).toMatchObject({ outcome: 'FAILED', reason: 'HANDLER_ERROR' })
  })

  test.each([
    ['HANDLER_NOT_FOUND', new HandlerNotFound('gone')],
    ['PARAMS_INVALID', new HandlerParamsError('params are invalid', [])],
    ['RESULT_INVALID', new HandlerResultError('RESULT_NOT_JSON', 'result is a BigInt')],
  ])('%s is not tried again', (reason, error) => {
    expect(outcomeOfThrown(error)).toEqual({
      outcome: 'FAILED',
      reason,
      message: error.message,
      stack: null,
      retryDelayMs: null,
    })
  })

  test.each([
    ['TIMEOUT', { outcome: 'TIMEOUT', reason: 'TIMEOUT', retryDelayMs: 3_000 }],
    ['CANCELLED', { outcome: 'CANCELLED', reason: 'CANCELLED_BY_USER', retryDelayMs: null }],
    ['DRAIN', { outcome: 'RELEASED', reason: 'DRAINED', retryDelayMs: 0 }],
  ] as const)('an abort decides before the error does: %s', (code, expected) => {
    const held = aHeld()
    held.abort(code, 'told to stop')
    const error = new Error('interrupted in something')
    expect(outcomeOf(held, error)).toEqual({ ...expected, message: 'told to stop', stack: error.stack })
    expect(outcomeOf(held, held.abortReason)).toEqual({ ...expected, message: 'told to stop', stack: null })
  })

  test('a lost lease writes nothing', () => {
    const held = aHeld()
    held.abort('LEASE_LOST', 'lost')
    expect(outcomeOf(held, new Error('whatever'))).toBe('LEASE_LOST')
  })
})

import { describe, expect, test } from '@jest/globals'
import { echo } from '../src/builtin/echo.ts'
import { aContext } from './support/aContext.ts'
import { runHandler } from './support/runHandler.ts'

describe('echo', () => {
  test('returns its params whatever they are and logs the message', async () => {
    const ctx = aContext()
    expect(await runHandler(echo, { message: 'hello', n: [1] }, ctx)).toEqual({ message: 'hello', n: [1] })
    expect(ctx.lines).toEqual([{ level: 'info', message: 'hello', fields: undefined }])
  })
})

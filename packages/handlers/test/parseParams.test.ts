import { describe, expect, test } from '@jest/globals'
import { defineHandler, HandlerParamsError, parseParams, z } from '../src/index.ts'

const report = defineHandler({
  name: 'report',
  params: z.object({
    to: z.string(),
    page: z.object({ size: z.number().default(20) }),
    tags: z.array(z.string()).optional(),
  }),
  run: (params) => params.page.size,
})

const recursive = z.object({
  id: z.number(),
  get children() {
    return z.array(recursive).optional()
  },
})

function refusal(work: () => unknown): HandlerParamsError {
  try {
    work()
  } catch (error) {
    if (error instanceof HandlerParamsError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('parseParams', () => {
  test('params that fit are parsed at once, with their defaults', () => {
    expect(parseParams(report, { to: 'a', page: {} })).toEqual({ to: 'a', page: { size: 20 } })
  })

  test('each field that does not fit is named with its path and the type received, in one line', () => {
    const error = refusal(() => parseParams(report, { page: { size: 'secret-value' }, tags: ['a', null] }))
    expect(error.code).toBe('PARAMS_INVALID')
    expect(error.details.map(({ path, received }) => ({ path, received }))).toEqual([
      { path: 'to', received: 'undefined' },
      { path: 'page.size', received: 'string' },
      { path: 'tags.1', received: 'null' },
    ])
    expect(error.message).toMatch(
      /^params of handler "report" are invalid: to: .*; page\.size: .*; tags\.1: .*$/,
    )
    expect(error.message).not.toContain('secret-value')
  })

  test.each([[null], [[1]], ['text'], [undefined]])(
    'params that are %j are refused with and without a schema',
    (params) => {
      const plain = defineHandler({ name: 'plain', run: (given) => given })
      expect(refusal(() => parseParams(plain, params)).details[0]!.path).toBe('(params)')
      expect(refusal(() => parseParams(report, params)).details[0]!.path).toBe('(params)')
    },
  )

  test('without a schema any object passes as it is', () => {
    const params = { anything: [1] }
    expect(parseParams(defineHandler({ name: 'plain', run: () => null }), params)).toBe(params)
  })

  test('a schema with asynchronous checks is awaited, each time', async () => {
    const checked = defineHandler({
      name: 'checked',
      params: z.object({ id: z.number().refine(async (id) => id > 0, 'must be positive') }),
      run: (params) => params.id,
    })
    for (const _ of [1, 2]) {
      await expect(parseParams(checked, { id: 1 })).resolves.toEqual({ id: 1 })
      await expect(parseParams(checked, { id: -1 })).rejects.toMatchObject({
        code: 'PARAMS_INVALID',
        details: [{ path: 'id', message: 'must be positive', received: 'number' }],
      })
    }
  })

  test.each([
    [
      'a schema of plain types',
      z.object({ id: z.number().min(1), kind: z.enum(['a', 'b']).default('a') }),
      true,
    ],
    ['a union of lists', z.object({ id: z.union([z.number(), z.array(z.string())]) }), true],
    ['a schema that refers to itself', recursive, true],
    ['a check deep inside', z.object({ id: z.union([z.string(), z.number().refine(() => true)]) }), false],
    ['a check of several fields', z.object({ id: z.number() }).superRefine(() => {}), false],
    ['a transform', z.object({ id: z.number().transform((id) => id + 1) }), false],
    ['a lazy part', z.object({ id: z.lazy(() => z.number()) }), false],
  ])('%s is parsed with its promise or without', async (_, params, isSync) => {
    const parsed = parseParams(defineHandler({ name: 'x', params: params as z.ZodType, run: () => null }), {
      id: 1,
    })
    expect(parsed instanceof Promise).toBe(!isSync)
    await parsed
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('look-up failed')
      },
    ],
    ['rejects', () => Promise.reject(new Error('look-up failed'))],
  ])('a check that %s is invalid params with the cause, and no unhandled rejection', async (_, check) => {
    const broken = defineHandler({ name: 'broken', params: z.object({}).refine(check), run: () => null })
    await expect(parseParams(broken, {})).rejects.toMatchObject({
      code: 'PARAMS_INVALID',
      message: 'params of handler "broken" could not be checked: look-up failed',
      cause: { message: 'look-up failed' },
    })
  })
})

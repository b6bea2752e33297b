import { describe, expect, test } from '@jest/globals'
import { defineHandler, type Handler, HandlerRegistry, z } from '../src/index.ts'

describe('HandlerRegistry', () => {
  test('what is registered is found by its name and listed', () => {
    const registry = new HandlerRegistry()
    const a = defineHandler({ name: 'a', run: () => 1 })
    registry.register(a, 'a.ts')
    expect(registry.get('a')).toBe(a)
    expect(registry.get('b')).toBeUndefined()
    expect(registry.names()).toEqual(['a'])
    expect(registry.list()).toEqual([a])
  })

  test('a name defined twice is refused, naming both files, and the first stays', () => {
    const registry = new HandlerRegistry()
    const first = { name: 'sync', run: () => 1 }
    registry.register(first, '/handlers/a.ts')
    expect(() => registry.register({ name: 'sync', run: () => 2 }, '/handlers/b.ts')).toThrow(
      'handler "sync" of /handlers/b.ts is already defined in /handlers/a.ts',
    )
    expect(registry.get('sync')).toBe(first)
  })

  test.each([
    ['an empty name', { name: '', run() {} }, 'name must match'],
    ['a name that starts with a digit', { name: '1st', run() {} }, 'not "1st"'],
    ['a name with a space', { name: 'a b', run() {} }, 'name must match'],
    ['a name of 65 characters', { name: 'a'.repeat(65), run() {} }, 'name must match'],
    ['no run', { name: 'x' }, 'run must be a function, not undefined'],
    [
      'params that are no schema',
      { name: 'x', params: { to: 'string' }, run() {} },
      'params must be a zod 4 schema',
    ],
    ['an unknown isolation', { name: 'x', isolation: 'container', run() {} }, 'isolation must be one of'],
    ['a timeout of zero', { name: 'x', timeoutSeconds: 0, run() {} }, 'timeoutSeconds must be'],
    [
      'a description that is no text',
      { name: 'x', description: 1, run() {} },
      'description must be a string',
    ],
    [
      'a schema without a JSON Schema',
      {
        name: 'x',
        params: z.object({ a: z.string().meta({ id: 'same' }), b: z.number().meta({ id: 'same' }) }),
        run() {},
      },
      'have no JSON Schema',
    ],
    ['a description with a NUL', { name: 'x', description: '\0', run() {} }, 'handler.description has a NUL'],
  ])('%s is refused', (_, handler, message) => {
    expect(() => new HandlerRegistry().register(handler as Handler, 'x.ts')).toThrow(message)
  })

  test('a name of 64 characters with every allowed sign passes', () => {
    const name = `A-z_9.${'a'.repeat(58)}`
    expect(() => new HandlerRegistry().register({ name, run() {} }, 'x.ts')).not.toThrow()
  })

  test('describe gives the JSON Schema of what is to be sent: a field with a default is optional', () => {
    const registry = new HandlerRegistry()
    registry.register(
      defineHandler({
        name: 'mail',
        description: 'Sends',
        isolation: 'process',
        timeoutSeconds: 30,
        params: z.object({
          to: z.string().describe('Recipient'),
          copies: z.number().default(1),
          at: z.date().optional(),
        }),
        run: () => null,
      }),
      'mail.ts',
    )
    registry.register({ name: 'plain', run: () => null }, 'builtin')
    const [mail, plain] = registry.describe()
    expect(mail).toMatchObject({
      name: 'mail',
      description: 'Sends',
      isolation: 'process',
      timeoutSeconds: 30,
      source: 'mail.ts',
      paramsSchema: {
        type: 'object',
        required: ['to'],
        properties: { to: { type: 'string', description: 'Recipient' }, copies: { default: 1 }, at: {} },
      },
    })
    expect(plain).toEqual({
      name: 'plain',
      description: null,
      isolation: 'none',
      timeoutSeconds: null,
      source: 'builtin',
      paramsSchema: { type: 'object' },
    })
  })
})

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import * as database from '@jobu/db'
import { HandlerPathError, HandlerRegistry, loadHandlers, z } from '../src/index.ts'
import { runHandler } from './support/runHandler.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jobu-handlers-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

function load() {
  return loadHandlers({ builtin: false, paths: [folder] })
}

describe('loadHandlers', () => {
  test('without configuration the built-in handlers are there, shell and script are not', async () => {
    const { registry, failures } = await loadHandlers()
    expect(registry.names().sort()).toEqual(['echo', 'email', 'http', 'report', 'sleep', 'sql'])
    expect(failures).toEqual([])
    for (const description of registry.describe()) {
      expect(description).toMatchObject({ source: 'builtin', paramsSchema: { type: 'object' } })
      for (const field of Object.values(description.paramsSchema.properties as object)) {
        expect(field).toHaveProperty('description')
      }
    }
  })

  test('shell is registered once the configuration allows it', async () => {
    const { registry } = await loadHandlers({ shell: { enabled: true } })
    expect(registry.names()).toContain('shell')
  })

  test('TypeScript and JavaScript of both module systems are loaded, each export that is a handler', async () => {
    await write({
      'a.ts': `
        import { defineHandler, z } from '@jobu/handlers'
        import { suffix } from './lib/suffix'
        enum Kind { Big = 'big' }
        export const a = defineHandler({
          name: 'a', params: z.object({ who: z.string() }), run: (params): string => params.who + suffix + Kind.Big,
        })
        export const a2 = { name: 'a2', run: async () => 'a2' }
        export const notAHandler = 42
        export default a`,
      'lib/suffix.ts': `export const suffix: string = '!'`,
      'b.mts': `export default { name: 'b', run() { return 'b' } }`,
      'c.js': `import { z } from 'zod'; export const c = { name: 'c', params: z.object({ n: z.number() }), run: (p) => p.n }`,
      'd.mjs': `const { z } = await import('zod'); export const d = { name: 'd', params: z.object({}), run: () => 'd' }`,
      'e.cjs': `const { z } = require('zod'); module.exports = { name: 'e', params: z.object({}), run: () => 'e' }`,
      'f.ts': `export const name = 'f'; export function run() { return 'f' }`,
      'group/index.ts': `export { g } from './g'`,
      'group/g.ts': `export const g = { name: 'g', run: () => 'g' }`,
    })
    const { registry, failures } = await load()
    expect(failures).toEqual([])
    expect(registry.names().sort()).toEqual(['a', 'a2', 'b', 'c', 'd', 'e', 'f', 'g'])
    expect(await runHandler(registry.get('a')!, { who: 'kim' })).toBe('kim!big')
    expect(await runHandler(registry.get('c')!, { n: 3 })).toBe(3)
    expect(await runHandler(registry.get('g')!, {})).toBe('g')
    expect(registry.describe().find(({ name }) => name === 'a')).toMatchObject({
      source: join(folder, 'a.ts'),
      paramsSchema: { required: ['who'] },
    })
  })

  test('declarations, tests, hidden files, node_modules and other files are passed over', async () => {
    const bad = 'throw new Error("was loaded")'
    await write({
      'a.ts': `export const a = { name: 'a', run() {} }`,
      'a.d.ts': bad,
      'a.d.mts': bad,
      'a.test.ts': bad,
      '.hidden.ts': bad,
      'node_modules/index.js': bad,
      '.git/index.js': bad,
      'group/other.ts': bad,
      'group/index.test.ts': bad,
      'readme.md': bad,
      'data.json': '{}',
    })
    const { registry, failures } = await load()
    expect(failures).toEqual([])
    expect(registry.names()).toEqual(['a'])
  })

  test("a user's file and what it imports share this process's modules; its own packages stay its own", async () => {
    await write({
      'a.ts': `
        import * as database from '@jobu/db'
        import { z } from 'zod'
        import { colour } from 'paint'
        import { helper } from './lib/helper'
        export const a = { name: 'a', run: () => ({ database, z, helper, colour }) }`,
      'lib/helper.ts': `import { HandlerRegistry } from '@jobu/handlers'; export const helper = HandlerRegistry`,
      'node_modules/paint/index.js': `exports.colour = 'red'`,
    })
    const { registry, failures } = await load()
    expect(failures).toEqual([])
    const seen = await runHandler(registry.get('a')!, {})
    expect(seen.helper).toBe(HandlerRegistry)
    expect(seen.z).toBe(z)
    // By the function, since that is what finds the transaction of its caller.
    expect(seen.database.getConnection).toBe(database.getConnection)
    expect(seen.colour).toBe('red')
  })

  test('what cannot be used is reported in one line with its file, the others load', async () => {
    await write({
      'a-throws.ts': `throw new Error('no licence\\nfor this')`,
      'b-syntax.ts': `export const b = = 1`,
      'c-missing.ts': `import 'left-pad'`,
      'd-nothing.ts': `export const d = 1`,
      'e-malformed.ts': `export const e = { name: 'not a name', run: 1 }; export const e2 = { name: 'e2', run() {} }`,
      'f-zod3.ts': `export const f = { name: 'f', params: { safeParse() {} }, run() {} }`,
      'g-good.ts': `export const g = { name: 'g', run() {} }`,
      'h-twice.ts': `export const g = { name: 'g', run() {} }`,
      'i-null.cjs': `throw null`,
    })
    const { registry, failures } = await load()
    expect(registry.names()).toEqual(['e2', 'g'])
    expect(failures).toEqual([
      { file: join(folder, 'a-throws.ts'), error: 'no licence for this' },
      {
        file: join(folder, 'b-syntax.ts'),
        error: expect.stringMatching(/^ParseError: Unexpected token .*b-syntax\.ts:1:17$/),
      },
      { file: join(folder, 'c-missing.ts'), error: expect.stringMatching(/^Cannot find module 'left-pad'/) },
      {
        file: join(folder, 'd-nothing.ts'),
        error: 'exports no handler: an object with a name and a run function',
      },
      {
        file: join(folder, 'e-malformed.ts'),
        error: expect.stringMatching(
          /^handler "not a name": name must match .*; run must be a function, not number$/,
        ),
      },
      { file: join(folder, 'f-zod3.ts'), error: 'handler "f": params must be a zod 4 schema' },
      {
        file: join(folder, 'h-twice.ts'),
        error: `handler "g" of ${join(folder, 'h-twice.ts')} is already defined in ${join(folder, 'g-good.ts')}`,
      },
      { file: join(folder, 'i-null.cjs'), error: 'null' },
    ])
  })

  test('a file whose import never ends is reported, the others load', async () => {
    await write({
      'a.mjs': `await new Promise(() => {}); export const a = { name: 'a', run() {} }`,
      'b.ts': `export const b = { name: 'b', run() {} }`,
    })
    // The time is over for the first file once it is awaited, and never for the second, however long that takes.
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'performance'],
    })
    const loading = loadHandlers({ builtin: false, paths: [folder], importTimeoutMs: 200 })
    while (jest.getTimerCount() === 0) await new Promise(setImmediate)
    jest.advanceTimersByTime(200)
    jest.useRealTimers()
    const { registry, failures } = await loading
    expect(registry.names()).toEqual(['b'])
    expect(failures).toEqual([{ file: join(folder, 'a.mjs'), error: 'import did not finish within 0.2 s' }])
  })

  test('a name of a built-in handler is taken', async () => {
    await write({ 'http.ts': `export const http = { name: 'http', run() {} }` })
    const { failures } = await loadHandlers({ paths: [folder] })
    expect(failures[0]!.error).toContain('is already defined in builtin')
  })

  test('linked files and folders, as in a mounted ConfigMap, are loaded', async () => {
    await write({
      '..data/a.ts': `export const a = { name: 'a', run() {} }`,
      '..data/b/index.ts': `export const b = { name: 'b', run() {} }`,
    })
    await symlink('..data/a.ts', join(folder, 'a.ts'))
    await symlink('..data/b', join(folder, 'b'))
    expect((await load()).registry.names()).toEqual(['a', 'b'])
  })

  test('a folder given twice is loaded once', async () => {
    await write({ 'a.ts': `export const a = { name: 'a', run() {} }` })
    const { registry, failures } = await loadHandlers({ builtin: false, paths: [folder, `${folder}/`] })
    expect(registry.names()).toEqual(['a'])
    expect(failures).toEqual([])
  })

  test('a folder that does not exist, or is a file, stops the start with its path', async () => {
    const missing = join(folder, 'nope')
    const error = await loadHandlers({ paths: [missing] }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(HandlerPathError)
    expect(error).toMatchObject({ path: missing, message: `handlers folder ${missing} does not exist` })
    await write({ 'a.ts': '' })
    await expect(loadHandlers({ paths: [join(folder, 'a.ts')] })).rejects.toThrow('is not a folder')
  })

  test('an error thrown by a TypeScript handler points at the line of its source', async () => {
    await write({
      'a.ts': `interface Unused {\n  x: number\n}\n\nexport const a = {\n  name: 'a',\n  run() {\n    throw new Error('here')\n  },\n}\n`,
    })
    const { registry } = await load()
    const error = await runHandler(registry.get('a')!, {}).catch((thrown) => thrown)
    expect(error.stack).toMatch(/a\.ts:8:/)
  })
})

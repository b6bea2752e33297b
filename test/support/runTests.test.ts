import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

const MODULE = new URL('../../scripts/lib/runTests.mjs', import.meta.url).href

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobu-run-tests-'))
  write('jest.config.cjs', 'module.exports = { transform: {} }')
  write('good.test.js', `test('good', () => {}); test.skip('left out', () => {})`)
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, content: string) => writeFileSync(join(folder, name), content)

/** Fails at the first try, and at the second as well where it is told to. */
const failing = (name: string, { twice = false } = {}) =>
  write(
    `${name}.test.js`,
    `const { existsSync, writeFileSync } = require('node:fs')
     const mark = __filename + '.tried'
     describe('of ${name}', () => {
       test('steady', () => {})
       test('shaky', () => {
         const isFirst = !existsSync(mark)
         writeFileSync(mark, '')
         if (isFirst || ${twice}) throw new Error('as told')
       })
     })`,
  )

/** A run of the tests in the folder: its exit code, and its lines on standard output; jest's own are on the other. */
async function run(...args: string[]) {
  const script = `const { runTests } = await import('${MODULE}')
    process.exit(await runTests(process.argv.slice(2), { cwd: process.argv[1] }))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  const lines = stdout.split('\n').filter((line) => /^(failed once|\d+ (of|passed))/.test(line))
  return { code, lines, stderr }
}

describe('runTests', () => {
  test('of a run that passes says how many tests did', async () => {
    expect(await run()).toMatchObject({ code: 0, lines: ['1 passed, 0 failed, 1 skipped'] })
  })

  test('a file that fails once and passes alone is named, its failure stays to be read, and the run passes', async () => {
    failing('once')
    const { code, lines, stderr } = await run()
    expect(lines).toEqual([
      '1 of 2 files failed; they are run once more, by themselves',
      'failed once, passed alone: once.test.js › of once › shaky',
      '3 passed, 0 failed, 1 skipped',
    ])
    expect(code).toBe(0)
    expect(stderr).toContain('as told')
  })

  test('one that fails again fails the run, also beside one that does not', async () => {
    failing('once')
    failing('twice', { twice: true })
    const { code, lines } = await run()
    expect(lines).toEqual([
      '2 of 3 files failed; they are run once more, by themselves',
      'failed once, passed alone: once.test.js › of once › shaky',
      '4 passed, 1 failed, 1 skipped',
    ])
    expect(code).toBe(1)
  })

  test('a file that cannot be loaded twice fails the run', async () => {
    write('broken.test.js', 'not a test')
    expect((await run()).code).toBe(1)
  })

  test('of more than three files none is run again', async () => {
    for (const name of ['a', 'b', 'c', 'd']) failing(name)
    expect(await run()).toMatchObject({ code: 1, lines: ['5 passed, 4 failed, 1 skipped'] })
  })

  test('of tests that somebody picked none is run again', async () => {
    failing('once')
    expect(await run('once')).toMatchObject({ code: 1, lines: ['1 passed, 1 failed'] })
  })
})

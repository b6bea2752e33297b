import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { DagFolder, renderDag } from '../src/index.ts'
import { aDagSchedule, anAirflowConfig } from './support/aDagSchedule.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jobu-folder-'))
})
afterEach(() => rmSync(dir, { recursive: true }))
const file = renderDag(aDagSchedule(), anAirflowConfig())

describe('DagFolder', () => {
  test('writes a file that others can read, and only when it is another one', async () => {
    const folder = new DagFolder(dir)
    const umask = process.umask(0o077)
    try {
      expect(await folder.write(file)).toBe(true)
    } finally {
      process.umask(umask)
    }
    expect(statSync(join(dir, 'jobu_7.py')).mode & 0o777).toBe(0o644)
    expect(await folder.write(file)).toBe(false)
    writeFileSync(join(dir, 'jobu_7.py'), 'changed')
    const { ino } = statSync(join(dir, 'jobu_7.py'))
    expect(await folder.write(file)).toBe(true)
    expect(readFileSync(join(dir, 'jobu_7.py'), 'utf8')).toBe(file.text)
    // Renamed over it: whoever has the old one open reads on in that.
    expect(statSync(join(dir, 'jobu_7.py')).ino).not.toBe(ino)
    expect(readdirSync(dir)).toEqual(['jobu_7.py'])
  })

  test('removes a file, also one that is not there', async () => {
    const folder = new DagFolder(dir)
    await folder.write(file)
    expect(await folder.remove('jobu_7.py')).toBe(true)
    expect(await folder.remove('jobu_7.py')).toBe(false)
    expect(readdirSync(dir)).toEqual([])
  })

  test('leaves nothing behind where it cannot write', async () => {
    const folder = new DagFolder(dir)
    await expect(folder.write({ ...file, fileName: '../nowhere/x.py' })).rejects.toThrow('ENOENT')
    expect(readdirSync(dir)).toEqual([])
  })
})

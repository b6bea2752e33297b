import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { claimDataDir, readClaim } from '../../scripts/lib/launcherLock.mjs'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'jobu-lock-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

function claim() {
  const made = claimDataDir(dataDir)
  if (made.holder !== undefined) throw new Error(`held by ${made.holder}`)
  return made
}

describe('claimDataDir', () => {
  test('the second claim is told who holds the first, until that is released', () => {
    const first = claim()
    expect(claimDataDir(dataDir)).toEqual({ holder: process.pid })
    first.release()
    expect(readClaim(dataDir)).toBeNull()
    claim()
  })

  test('others see when the database is announced', () => {
    const first = claim()
    expect(readClaim(dataDir)).toMatchObject({ pid: process.pid, ready: false })
    first.announce()
    expect(readClaim(dataDir)).toMatchObject({ pid: process.pid, ready: true })
  })

  test('the claim of a process that is gone, or of another one with its pid, does not count', async () => {
    claim()
    const file = join(dataDir, 'launcher.json')
    const mine = JSON.parse(readFileSync(file, 'utf8'))
    const ended = spawn(process.execPath, ['-e', ''])
    await once(ended, 'exit')
    for (const stale of [
      { ...mine, pid: ended.pid },
      { ...mine, identity: `${mine.identity}0` },
    ]) {
      writeFileSync(file, JSON.stringify(stale))
      expect(readClaim(dataDir)).toBeNull()
      claim()
    }
  })

  test('a claim that was cut short by a crash does not count', () => {
    writeFileSync(join(dataDir, 'launcher.json'), '{"pid":')
    claim()
  })
})

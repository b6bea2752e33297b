import { spawnSync } from 'node:child_process'
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Claims a data directory for this process. A claim whose process is gone, or whose pid is another process's since a
 * reboot, does not count.
 *
 * @param {string} dataDir an existing directory
 * @returns {{ holder: number } | { announce(): void, release(): void }} the pid of the process that has it; or what the
 *          owner does: `announce` that its database accepts connections, `release` the claim
 */
export function claimDataDir(dataDir) {
  const file = join(dataDir, 'launcher.json')
  const mine = { pid: process.pid, identity: identityOf(process.pid), ready: false }
  const fresh = `${file}.${process.pid}`
  for (;;) {
    writeFileSync(fresh, JSON.stringify(mine))
    try {
      // A link fails where the name exists, so of two that start at once one gets it, and with its content.
      linkSync(fresh, file)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const claim = readClaim(dataDir)
      if (claim) return { holder: claim.pid }
      rmSync(file, { force: true })
    } finally {
      unlinkSync(fresh)
    }
  }
  return {
    announce() {
      writeFileSync(fresh, JSON.stringify({ ...mine, ready: true }))
      renameSync(fresh, file)
    },
    release: () => rmSync(file, { force: true }),
  }
}

/**
 * The living process that has claimed the directory, or null.
 *
 * @returns {{ pid: number, ready: boolean } | null}
 */
export function readClaim(dataDir) {
  try {
    const claim = JSON.parse(readFileSync(join(dataDir, 'launcher.json'), 'utf8'))
    return claim.identity && claim.identity === identityOf(claim.pid) ? claim : null
  } catch {
    return null
  }
}

/** What tells a process from another that gets the same pid later; null: there is no such process. */
function identityOf(pid) {
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || null
  }
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The program's name, in brackets, may hold spaces; the start time is the 20th field after it.
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
    return state === 'Z' ? null : `${boot} ${fields[18]}`
  } catch {
    return null
  }
}

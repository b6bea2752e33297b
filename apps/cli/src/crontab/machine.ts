import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'

/** The zone this machine's cron runs in: TZ, else /etc/timezone, else what /etc/localtime points at. */
export function machineTimezone(env: Readonly<Record<string, string | undefined>>): string {
  const candidates = [
    () => env.TZ?.replace(/^:/, ''),
    () => readFileSync('/etc/timezone', 'utf8').trim(),
    () => readlinkSync('/etc/localtime').split('/zoneinfo/')[1],
  ]
  for (const candidate of candidates) {
    try {
      const name = candidate()
      if (name) return new Intl.DateTimeFormat('en', { timeZone: name }) && name
    } catch {
      // Missing, or no zone's name: the next one knows.
    }
  }
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Home folders by user, from /etc/passwd. */
export function homeFolders(): Map<string, string> {
  try {
    const rows = readFileSync('/etc/passwd', 'utf8').split('\n')
    const homes = rows.map((row) => row.split(':')).filter((columns) => columns.length >= 7)
    return new Map(homes.map(([name, , , , , home]) => [name!, home!]))
  } catch {
    return new Map()
  }
}

export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

export const currentUser = (): string => userInfo().username

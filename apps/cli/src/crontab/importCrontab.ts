import { nextRuns } from '@jobu/cron'
import { FieldRefused } from './field.ts'
import { nameOf, uniqueNames } from './nameOf.ts'
import { type CrontabLine, parseCrontab, type Remark } from './parseCrontab.ts'
import { type Schedule, ScheduleRefused, scheduleOf } from './schedule.ts'
import { splitCommand } from './splitCommand.ts'

export interface CrontabFile {
  /** For messages. */
  name: string
  text: string
  /** Whose crontab it is; null: it has a user column. */
  user: string | null
}

export interface ImportOptions {
  /** The machine's zone, in which its cron runs. */
  timezone: string
  /** As whom the workers run. */
  workerUser: string
  /** Home folders by user, as far as they are known here. */
  homes: ReadonlyMap<string, string>
  /** Whether a folder is there, on this machine. */
  isFolder(path: string): boolean
  /** Put before every name. */
  prefix: string
  tags: readonly string[]
}

/** A cron made of a line. */
export interface ImportedCron {
  /** As `POST /crons` takes it. */
  body: Record<string, unknown> & { name: string }
  file: string
  line: number
  text: string
  /** What differs from the line, and why. */
  remarks: string[]
}

/** What was read; `remarks` are those of no cron. */
export interface Import {
  crons: ImportedCron[]
  remarks: (Remark & { file: string })[]
}

/** Variables that tell cron itself something, and are not for the command. */
const FOR_CRON = [
  'MAILTO',
  'MAILFROM',
  'CONTENT_TYPE',
  'CONTENT_TRANSFER_ENCODING',
  'CRON_TZ',
  'RANDOM_DELAY',
]
/** What cron sets where the crontab does not; Debian's, for root too. */
const DEFAULT_PATH = '/usr/bin:/bin'
const DEFAULT_SHELL = '/bin/sh'
/** So many runs tell the smallest gap, as in the API's own check of `jitter_seconds`. */
const RUNS_FOR_JITTER = 30

/** A line that is not carried over, with the reason. */
class LineRefused extends Error {
  override readonly name = 'LineRefused'
}

/** Crontabs as `shell` crons that run at the same instants, with the same input, environment and folder. */
export function importCrontab(files: readonly CrontabFile[], options: ImportOptions): Import {
  const crons: (ImportedCron & { identity: { name: string; command: string; schedule: string } })[] = []
  const remarks: Import['remarks'] = []
  for (const file of files) {
    const parsed = parseCrontab(file.text, file.user === null)
    remarks.push(...parsed.remarks.map((remark) => ({ ...remark, file: file.name })))
    const mailed = new Set<string>()
    for (const line of parsed.lines) {
      try {
        crons.push(cronOf(file, line, options))
      } catch (error) {
        if (!(error instanceof LineRefused)) throw error
        remarks.push({
          file: file.name,
          line: line.line,
          kind: 'skipped',
          text: `${error.message}: ${line.text}`,
        })
      }
      if (line.env.MAILTO) mailed.add(line.env.MAILTO)
    }
    for (const address of mailed) {
      const text = `MAILTO=${address} is not carried over: the output of a run is its log in jobu`
      remarks.push({ file: file.name, line: 0, kind: 'note', text })
    }
  }
  const names = uniqueNames(crons.map(({ identity }) => identity))
  for (const [index, cron] of crons.entries()) cron.body.name = options.prefix + names[index]
  return { crons: crons.map(({ identity: _, ...cron }) => cron), remarks }
}

function cronOf(file: CrontabFile, line: CrontabLine, options: ImportOptions) {
  const remarks: string[] = []
  const user = line.user ?? file.user!
  const timezone = zoneOf(line, options.timezone, remarks)
  const schedule = scheduleIn(line, timezone)
  remarks.push(...schedule.remarks)
  const { command, stdin } = splitCommand(line.command)
  const params = paramsOf(line, user, { command, stdin }, options, remarks)
  const jitter = jitterOf(line, schedule, timezone, remarks)
  const body = {
    name: '',
    description: line.comment === '' ? null : line.comment,
    cron_expression: schedule.expression,
    timezone,
    day_match: schedule.dayMatch,
    handler_name: 'shell',
    handler_params: params,
    ...(schedule.isNever ? { is_enabled: false } : {}),
    // As cron does: it starts a command whether the last one still runs or not, and never looks back.
    overlap_policy: 'allow',
    misfire_policy: 'skip',
    jitter_seconds: jitter,
    tags: [...options.tags],
  }
  const identity = { name: nameOf(command), command: `${user}\n${line.command}`, schedule: line.schedule }
  return { body, file: file.name, line: line.line, text: line.text, remarks, identity }
}

function scheduleIn(line: CrontabLine, timezone: string): Schedule {
  try {
    return scheduleOf(line.schedule, timezone)
  } catch (error) {
    if (error instanceof FieldRefused) {
      throw new LineRefused(`${error.message} (Debian's cron ignores a file with such a line altogether)`)
    }
    if (error instanceof ScheduleRefused) throw new LineRefused(error.message)
    throw error
  }
}

/** CRON_TZ above a line, else the machine's zone. */
function zoneOf({ env }: CrontabLine, machineZone: string, remarks: string[]): string {
  const given = env.CRON_TZ?.replace(/^:/, '')
  if (!given) return machineZone
  if (!isZone(given)) throw new LineRefused(`CRON_TZ=${given} is no IANA time zone`)
  remarks.push(`its zone is CRON_TZ, which cronie obeys; Debian's cron ignores it and runs in ${machineZone}`)
  return given
}

/** What the shell handler needs to run a command as cron does. */
function paramsOf(
  { env }: CrontabLine,
  user: string,
  { command, stdin }: { command: string; stdin: string | null },
  { workerUser, homes, isFolder }: ImportOptions,
  remarks: string[],
): Record<string, unknown> {
  const isOther = user !== workerUser
  if (isOther && workerUser !== 'root') {
    throw new LineRefused(
      `it runs as ${user}, and a worker that runs as ${workerUser} cannot: say --worker-user with the workers' own user`,
    )
  }
  const shell = env.SHELL || DEFAULT_SHELL
  const home = env.HOME || homes.get(user)
  if (!home) remarks.push(`the home of ${user} is not known here: HOME and the folder are the worker's`)
  const isHomeThere = home !== undefined && isFolder(home)
  if (home && !isHomeThere)
    remarks.push(`${home} is no folder here: it runs in the worker's, as in cron's own`)
  const own = Object.entries(env).filter(([name]) => !FOR_CRON.includes(name))
  const given = {
    ...Object.fromEntries(own),
    SHELL: shell,
    PATH: env.PATH ?? DEFAULT_PATH,
    ...(home ? { HOME: home } : {}),
    // Whatever the crontab says.
    LOGNAME: user,
  }
  if (isOther) remarks.push(`runuser runs it as ${user}: the worker must run as root`)
  // runuser -u starts no session of its own, so that a timeout reaches what it runs.
  const asUser = isOther ? ['/usr/sbin/runuser', '-u', user, '--'] : []
  return {
    ...(isOther || shell !== DEFAULT_SHELL ? { argv: [...asUser, shell, '-c', command] } : { command }),
    ...(isHomeThere ? { cwd: home } : {}),
    env: given,
    ...(stdin === null ? {} : { stdin }),
  }
}

/** RANDOM_DELAY, in minutes, as jitter. */
function jitterOf({ env }: CrontabLine, schedule: Schedule, timezone: string, remarks: string[]): number {
  if (env.RANDOM_DELAY === undefined) return 0
  const seconds = Number(env.RANDOM_DELAY) * 60
  const runs = nextRuns({ ...schedule, timezone }, new Date(), RUNS_FOR_JITTER)
  const smallest = Math.min(
    ...runs.slice(1).map((run, index) => (run.getTime() - runs[index]!.getTime()) / 1000),
  )
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 86_400 || seconds >= smallest) {
    remarks.push(`RANDOM_DELAY=${env.RANDOM_DELAY} is not carried over: jitter must stay below the interval`)
    return 0
  }
  remarks.push("RANDOM_DELAY became jitter_seconds; cronie obeys it, Debian's cron ignores it")
  return seconds
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return /^[a-z]/i.test(name)
  } catch {
    return false
  }
}

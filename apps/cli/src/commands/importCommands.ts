import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { action, type Context } from '../context.ts'
import { readCronFile } from '../cronFile/readCronFile.ts'
import { cronEntry, writeCronFile } from '../cronFile/writeCronFile.ts'
import { type CrontabFile, type Import, importCrontab } from '../crontab/importCrontab.ts'
import { currentUser, homeFolders, isFolder, machineTimezone } from '../crontab/machine.ts'
import { CliError, usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { printable } from '../output/table.ts'
import { applyEntries } from './applyCommand.ts'
import { collect } from './arguments.ts'

interface Options {
  system?: boolean
  user?: string
  workerUser?: string
  prefix?: string
  tag?: string[]
  output?: string
  apply?: boolean
  dryRun?: boolean
}

export function addImportCommands(program: Command, io: Io): void {
  program
    .command('import')
    .description('take over what another scheduler runs')
    .command('crontab <files...>')
    .description("turn crontabs into shell crons, in the zone of --timezone (default: this machine's)")
    .option('--system', 'the files have a user column (default: those in /etc)')
    .option('--user <name>', 'whose crontabs they are (default: yours)')
    .option('--worker-user <name>', 'as whom the workers run (default: you)')
    .option('--prefix <text>', 'what every name begins with')
    .option('--tag <tag>', 'a tag for each; may be repeated', collect)
    .option('--output <file>', 'write the YAML there (default: stdout)')
    .option('--apply', 'create the crons at once, instead of the YAML')
    .option('--dry-run', 'with --apply: only show the plan')
    .action(
      action(io, (context, options: Options, files) =>
        importFiles(context, files as unknown as string[], options),
      ),
    )
}

async function importFiles(context: Context, paths: readonly string[], options: Options): Promise<void> {
  if (options.system && options.user) throw usageError('give --system or --user, not both')
  if (options.apply && options.output) throw usageError('give --apply or --output, not both')
  const files: CrontabFile[] = []
  for (const path of paths) {
    const ignored = isIgnoredByCron(path)
    if (ignored) context.say(`jobu: ${path} is left out, as cron does: ${ignored}`)
    else files.push({ name: path, text: await textOf(context.io, path), user: userOf(path, options) })
  }
  const imported = importCrontab(files, {
    timezone: context.givenTimezone ?? machineTimezone(context.io.env),
    workerUser: options.workerUser ?? currentUser(),
    homes: homeFolders(),
    isFolder,
    prefix: options.prefix ?? '',
    tags: options.tag ?? [],
  })
  const { crons, remarks } = imported
  for (const { file, line, kind, text } of remarks) {
    context.say(`${kind === 'skipped' ? 'not imported' : 'note'}: ${placeOf(file, line)}: ${printable(text)}`)
  }
  for (const cron of crons) {
    for (const remark of cron.remarks) {
      context.say(`${cron.body.name}: ${placeOf(cron.file, cron.line)}: ${printable(remark)}`)
    }
  }
  const skipped = remarks.filter(({ kind }) => kind === 'skipped').length
  context.say(`${crons.length} imported, ${skipped} not`)

  const yaml = yamlOf(imported)
  if (options.apply) return applyEntries(context, readCronFile(yaml, 'import'), { dryRun: options.dryRun })
  if (options.output) return writeFileSync(options.output, yaml)
  context.show({ crons: crons.map(({ body }) => cronEntry(body)), ...jsonRemarks(imported) }, () => yaml)
}

/** The crons for review: above each its line and what differs, at the top what is not carried over. */
function yamlOf({ crons, remarks }: Import): string {
  const header = remarks.map(
    ({ file, line, kind, text }) =>
      `${kind === 'skipped' ? 'not imported' : 'note'}: ${placeOf(file, line)}: ${text}`,
  )
  return writeCronFile(
    crons.map(({ body }) => body),
    {
      header: header.map(printable).join('\n') || undefined,
      commentOf: (index) => {
        const { file, line, text, remarks: own } = crons[index]!
        return [`${placeOf(file, line)}: ${text}`, ...own].map(printable).join('\n')
      },
    },
  )
}

function jsonRemarks({ crons, remarks }: Import) {
  const ofCrons = crons.flatMap(({ file, line, body, remarks: own }) =>
    own.map((text) => ({ file, line, kind: 'note', name: body.name, text })),
  )
  return { remarks: [...remarks, ...ofCrons] }
}

const placeOf = (file: string, line: number): string => (line > 0 ? `${file}:${line}` : file)

/** Whose crontab a file is: null for a system crontab, with its user column. */
function userOf(path: string, { system, user }: Options): string | null {
  if (system) return null
  if (user) return user
  const full = path === '-' ? path : resolve(path)
  if (full.startsWith('/etc/')) return null
  return dirname(full) === '/var/spool/cron/crontabs' ? basename(full) : currentUser()
}

/** Why cron passes over a file in /etc/cron.d; undefined where it reads it. */
function isIgnoredByCron(path: string): string | undefined {
  if (dirname(resolve(path)) !== '/etc/cron.d' || /^[A-Za-z0-9_-]+$/.test(basename(path))) return undefined
  return 'a name in /etc/cron.d has letters, digits, _ and - only'
}

async function textOf(io: Io, path: string): Promise<string> {
  if (path === '-') return io.readStdin()
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${(error as Error).message}`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new CliError(`${path} is not UTF-8`)
  }
}

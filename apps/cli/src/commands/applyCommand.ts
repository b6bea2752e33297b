import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { action, type Context } from '../context.ts'
import { applySteps } from '../cronFile/applySteps.ts'
import { planApply, type Step } from '../cronFile/planApply.ts'
import { type CronEntry, fileFault, readCronFile, refuseTwins } from '../cronFile/readCronFile.ts'
import { CliError, EXIT, usageError } from '../errors.ts'
import type { Io } from '../io.ts'
import { printable } from '../output/table.ts'
import { collect } from './arguments.ts'

export interface ApplyOptions {
  dryRun?: boolean
  prune?: boolean
  tag?: string
  yes?: boolean
}

export function addApplyCommand(crons: Command, io: Io): void {
  crons
    .command('apply')
    .description('make the crons be as files say: shows its plan, then carries it out')
    .requiredOption('-f, --file <path>', 'YAML or JSON, - for stdin; may be repeated', collect)
    .option('--dry-run', 'only show the plan')
    .option('--prune', 'delete crons that no file names; asks first')
    .option('--tag <tag>', 'with --prune: only those with this tag, which every cron of the files must have')
    .option('--set <name=value>', 'what {name} in a text of the files stands for; may be repeated', collect)
    .option('--yes', 'do not ask')
    .action(
      action(io, async (context, options: ApplyOptions & { file: string[]; set?: string[] }) => {
        const variables = Object.fromEntries((options.set ?? []).map(variableOf))
        const entries: CronEntry[] = []
        for (const file of options.file) {
          entries.push(...readCronFile(await textOf(io, file), file === '-' ? 'stdin' : file, variables))
        }
        await applyEntries(context, entries, options)
      }),
    )
}

/** Plans, shows the plan, asks where crons would be deleted, and carries it out. */
export async function applyEntries(
  context: Context,
  entries: readonly CronEntry[],
  { dryRun: isDryRun, prune, tag, yes: isSure }: ApplyOptions,
): Promise<void> {
  if (tag !== undefined && !prune) throw usageError('--tag says what --prune deletes; give both')
  refuseTwins(entries)
  if (tag !== undefined) refuseUntagged(entries, tag)
  const steps = await planApply(context.api, entries, prune ? { tag } : undefined)
  const plan = { items: steps.map(planItem) }
  if (!context.isJson) context.io.stdout(planText(context, steps, isDryRun ?? false))
  if (isDryRun) {
    if (context.isJson) context.show({ ...plan, applied: false }, () => '')
    return
  }
  const doomed = steps.filter(({ action }) => action === 'delete').length
  if (doomed > 0 && !isSure) {
    await context.confirm(doomed === 1 ? 'One cron will be deleted.' : `${doomed} crons will be deleted.`)
  }
  const failed = await applySteps(context.api, steps)
  if (context.isJson) context.show({ ...plan, applied: true, failed }, () => '')
  if (failed.length === 0) return
  throw new CliError(
    `${failed.length} of the plan could not be carried out`,
    EXIT.failed,
    failed.map(({ action, name, error }) => `${action} ${name}: ${error}`),
  )
}

/** A cron without the tag would never be pruned once it has left the files. */
function refuseUntagged(entries: readonly CronEntry[], tag: string): void {
  const faults = entries
    .filter(({ body }) => !Array.isArray(body.tags) || !body.tags.includes(tag))
    .map(
      (entry) => `${entry.place('tags')}: ${entry.name}: tags: expected "${tag}" among them, as --tag says`,
    )
  if (faults.length > 0) throw fileFault(faults)
}

function planItem(step: Step) {
  const { action, name } = step
  return { action, name, ...(action === 'change' ? { changes: step.changes } : {}) }
}

const SIGN = { create: '+', change: '~', delete: '-' } as const
const STYLE = { create: 'green', change: 'yellow', delete: 'red' } as const

function planText({ paint }: Context, steps: readonly Step[], isDryRun: boolean): string {
  const lines: string[] = []
  const counts = { create: 0, change: 0, delete: 0, unchanged: 0 }
  for (const step of steps) {
    counts[step.action]++
    if (step.action === 'unchanged') continue
    lines.push(paint(STYLE[step.action], `${SIGN[step.action]} ${step.action} ${printable(step.name)}`))
    for (const { field, from, to } of step.action === 'change' ? step.changes : []) {
      lines.push(`    ${field}: ${JSON.stringify(from)} -> ${printable(JSON.stringify(to))}`)
    }
  }
  const { create, change, unchanged } = counts
  const total = `${create} to create, ${change} to change, ${counts.delete} to delete, ${unchanged} unchanged`
  return `${[...lines, isDryRun ? `${total} (dry run, nothing was changed)` : total].join('\n')}\n`
}

function variableOf(text: string): [string, string] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? []
  if (name === undefined) throw usageError(`--set ${text}: expected name=value`)
  return [name, value!]
}

async function textOf(io: Io, file: string): Promise<string> {
  try {
    return file === '-' ? await io.readStdin() : readFileSync(file, 'utf8')
  } catch (error) {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

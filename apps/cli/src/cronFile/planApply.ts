import { isDeepStrictEqual } from 'node:util'
import type { Api } from '../api/api.ts'
import type { Cron } from '../api/types.ts'
import { ApiError, CliError } from '../errors.ts'
import { CRON_FIELDS, wholeCron } from './cronFields.ts'
import { type CronEntry, fileFault } from './readCronFile.ts'

/** A field that an apply changes. */
export interface FieldChange {
  field: string
  from: unknown
  to: unknown
}

/** What an apply does about one cron. */
export type Step =
  | { action: 'create'; name: string; entry: CronEntry; body: Record<string, unknown> }
  | {
      action: 'change'
      name: string
      entry: CronEntry
      body: Record<string, unknown>
      cron: Cron
      changes: FieldChange[]
    }
  | { action: 'unchanged'; name: string }
  | { action: 'delete'; name: string; cron: Cron }

/**
 * Compares entries with the crons that are there, by name. The server checks every new and changed one as if it were
 * written (`dry_run`), so that a plan which comes out can be carried out.
 *
 * @param prune  crons to delete where no entry names them: those with the tag, or all; undefined: none
 * @throws CliError with every fault, at its place in the file
 */
export async function planApply(
  api: Api,
  entries: readonly CronEntry[],
  prune?: { tag: string | undefined },
): Promise<Step[]> {
  const current = new Map((await api.crons.all()).map((cron) => [cron.name, cron]))
  const steps: Step[] = []
  const faults: string[] = []
  for (const entry of entries) {
    try {
      steps.push(await stepFor(api, entry, current.get(entry.name)))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.details.some(({ field }) => field === 'dry_run')) {
        throw new CliError('the server is of an older version: it cannot check crons before they are changed')
      }
      faults.push(...faultsOf(entry, error))
    }
  }
  if (faults.length > 0) throw fileFault(faults)
  const named = new Set(entries.map(({ name }) => name))
  for (const cron of prune ? current.values() : []) {
    const isInScope = prune?.tag === undefined || cron.tags.includes(prune.tag)
    if (isInScope && !named.has(cron.name)) steps.push({ action: 'delete', name: cron.name, cron })
  }
  return steps
}

async function stepFor(api: Api, entry: CronEntry, cron: Cron | undefined): Promise<Step> {
  const { name } = entry
  const body = wholeCron(entry.body)
  if (!cron) {
    await api.crons.create(body, true)
    return { action: 'create', name, entry, body }
  }
  if (Object.entries(body).every(([field, value]) => isDeepStrictEqual(value, cron[field]))) {
    return { action: 'unchanged', name }
  }
  const checked = { ...body, version: cron.version }
  const after = await api.crons.update(cron.id, checked, true)
  const changes = CRON_FIELDS.filter((field) => !isDeepStrictEqual(after[field], cron[field])).map(
    (field) => ({
      field,
      from: cron[field],
      to: after[field],
    }),
  )
  if (changes.length === 0) return { action: 'unchanged', name }
  return { action: 'change', name, entry, body: checked, cron, changes }
}

function faultsOf(entry: CronEntry, error: ApiError): string[] {
  if (error.details.length === 0) return [`${entry.place()}: ${entry.name}: ${error.message}`]
  return error.details.map(
    ({ field, message }) => `${entry.place(field)}: ${entry.name}: ${field}: ${message}`,
  )
}

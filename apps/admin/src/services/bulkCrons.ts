import {
  type CronFilter,
  type CronRow,
  cancelExecutionsOfCrons,
  countCrons,
  type Database,
  databaseNow,
  deleteCrons,
  disableCrons,
  enableCrons,
  lockCrons,
  type Tx,
} from '@jobu/db'
import type { Actor } from '../http/actor.ts'
import type { BulkCronsBody } from '../schemas/bulkCrons.ts'
import { checkSpec, checkTimes } from './checkCron.ts'
import { cronFilterOf } from './cronFilterOf.ts'
import { planCron, specOf } from './planCron.ts'
import { BATCH, type BulkPlan, runBulk } from './runBulk.ts'

export type CronVerb = 'enable' | 'disable' | 'delete'

interface Context {
  actor: Actor
  minIntervalSeconds: number
}

/** What each can be done to, and how; `run` answers how many it did. */
const ACTIONS: Record<
  CronVerb,
  { isEnabled?: boolean; run(tx: Tx, rows: CronRow[], context: Context): Promise<number> }
> = {
  enable: { isEnabled: false, run: enable },
  disable: {
    isEnabled: true,
    async run(tx, rows) {
      await disableCrons(tx, rows.map(idOf))
      return rows.length
    },
  },
  delete: {
    async run(tx, rows, { actor }) {
      await deleteCrons(tx, rows.map(idOf))
      await cancelExecutionsOfCrons(tx, rows.map(idOf), actor.name)
      return rows.length
    },
  },
}

/**
 * Enables, disables or deletes crons, oldest first, each as the action on a single one does. Those that are so already
 * are counted and left alone, and so are those that cannot be enabled, since what SQL wrote there cannot be read.
 */
export async function bulkCrons(
  database: Database,
  verb: CronVerb,
  body: BulkCronsBody,
  context: Context & { signal: AbortSignal },
) {
  const { actor, signal } = context
  const ids = body.ids && [...new Set(body.ids)]
  const wanted = ids ? { filter: { ids }, isExact: true } : await cronFilterOf(database, body.filter ?? {})
  const said = ids ? { ids } : body.filter ? { filter: body.filter } : { all: true }
  const plan = await planOf(database, verb, { ...wanted, said }, context)
  return runBulk(database, plan, { type: 'crons', verb, isDryRun: body.dry_run ?? false, actor, signal })
}

async function planOf(
  database: Database,
  verb: CronVerb,
  { filter, isExact, said }: { filter: CronFilter; isExact: boolean; said: Record<string, unknown> },
  context: Context,
): Promise<BulkPlan<number>> {
  const { isEnabled, run } = ACTIONS[verb]
  // What has been done no longer meets it: a further call finds only what is left.
  const able = isEnabled === undefined ? filter : { ...filter, isEnabled }
  const hasNone = filter.isEnabled !== undefined && filter.isEnabled !== able.isEnabled
  const options = { label: 'count crons', readonly: true, snapshot: true }
  const counts = await database.transactional(options, async (tx) => ({
    matched: await countCrons(tx, filter),
    able: hasNone ? 0 : await countCrons(tx, able),
    isExact,
  }))
  return {
    counts,
    said,
    start: -1,
    async run(tx, afterId) {
      const rows = hasNone ? [] : await lockCrons(tx, able, afterId, BATCH)
      const changed = rows.length === 0 ? 0 : await run(tx, rows, context)
      return { found: rows.length, changed, next: rows.length === BATCH ? rows.at(-1)!.id : null }
    },
  }
}

async function enable(tx: Tx, rows: CronRow[], { minIntervalSeconds }: Context): Promise<number> {
  const now = await databaseNow(tx)
  const sound = rows.filter((row) => {
    const checked = checkSpec(specOf(row), { minIntervalSeconds, from: now })
    return !('faults' in checked) && checkTimes(row, checked.spec, now).length === 0
  })
  const plans = sound.map((row) => ({
    id: row.id,
    nextRunAt: planCron({ ...row, isEnabled: true }, now).nextRunAt,
  }))
  await enableCrons(tx, plans)
  return plans.length
}

function idOf({ id }: CronRow): number {
  return id
}

import { CronError, type CronSpec, firstRun, NextRunMemo, validateCron, zoneDataVersion } from '@jobu/cron'
import {
  type CronRow,
  type Database,
  databaseNow,
  lockUnplannedCrons,
  lockZonedCrons,
  readSetting,
  setNextRuns,
  type Tx,
  updateCron,
  writeSetting,
} from '@jobu/db'
import type { DispatcherConfig } from './config.ts'
import { replanSchedules } from './schedules/planSchedules.ts'

const BATCH = 500
const ZONE_DATA_SETTING = 'zone_data_version'

/** Computes the first run of crons that SQL wrote without one. @returns how many it planned */
export async function planUnplannedCrons(db: Database, config: DispatcherConfig): Promise<number> {
  let planned = 0
  for (let isMore = true; isMore; ) {
    const count = await db.transactional({ label: 'plan crons' }, async (tx) => {
      const crons = await lockUnplannedCrons(tx, BATCH)
      for (const cron of crons) await plan(tx, cron, config)
      return crons.length
    })
    planned += count
    isMore = count === BATCH
  }
  return planned
}

/**
 * Computes the next run of every zoned cron and schedule anew when this build's zone data is not the one they were computed with.
 * A slot that is already due is left to be fired.
 *
 * @returns how many it planned anew
 */
export async function replanForZoneData(db: Database): Promise<number> {
  const known = await readSetting(db, ZONE_DATA_SETTING)
  if (known === zoneDataVersion) return 0
  let planned = 0
  const memo = new NextRunMemo()
  for (let afterId = 0, isMore = known !== undefined; isMore; ) {
    const crons = await db.transactional({ label: 'plan crons anew' }, async (tx) => {
      const now = await databaseNow(tx)
      const locked = await lockZonedCrons(tx, afterId, BATCH)
      await setNextRuns(
        tx,
        locked.flatMap((cron) => {
          try {
            return [{ id: cron.id, nextRunAt: firstRun(specOf(cron), now, cron, memo) }]
          } catch (error) {
            // Written by SQL; it is disabled, with this reason, when it is due.
            if (error instanceof CronError) return []
            throw error
          }
        }),
      )
      return locked
    })
    planned += crons.length
    afterId = crons.at(-1)?.id ?? 0
    isMore = crons.length === BATCH
  }
  if (known !== undefined) planned += await replanSchedules(db)
  await writeSetting(db, ZONE_DATA_SETTING, zoneDataVersion)
  return planned
}

const specOf = (cron: CronRow): CronSpec => ({
  expression: cron.cronExpression,
  timezone: cron.timezone,
  dayMatch: cron.dayMatch,
})

async function plan(tx: Tx, cron: CronRow, config: DispatcherConfig): Promise<void> {
  const spec = specOf(cron)
  try {
    validateCron(spec, { minIntervalSeconds: config.min_cron_interval_seconds })
    const now = await databaseNow(tx)
    const nextRunAt = firstRun(spec, now, cron)
    await updateCron(tx, cron.id, { nextRunAt, completedAt: nextRunAt ? null : now })
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    await updateCron(tx, cron.id, { isEnabled: false, nextRunAt: null, disabledReason: error.message })
  }
}

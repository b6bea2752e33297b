import { NextRunMemo, planSlots, type SlotPlan, SpecGuard } from '@jobu/cron'
import {
  activeExecutionsOf,
  type Database,
  type DueCron,
  ensurePartitions,
  lockDueCrons,
  releaseOverlapWaiters,
  replaceExecutions,
  type Slot,
  type Tx,
  writeSlots,
  yieldBackfill,
} from '@jobu/db'
import type { DispatcherConfig } from './config.ts'
import { DispatcherMetrics } from './dispatcherMetrics.ts'

export interface Dispatched {
  crons: number
  fired: number
  skipped: number
}

/** Partitions exist from the month before on; an older slot makes its own. */
const PARTITIONED_BACK_MS = 28 * 86_400_000

/**
 * Fires due crons, a batch a transaction. In it: take the rows, decide every due instant of each, write the
 * executions, move `next_run_at` on. A dispatcher killed anywhere in between has done nothing.
 */
export class CronDispatcher {
  readonly #db: Database
  readonly #config: DispatcherConfig
  readonly #metrics: DispatcherMetrics
  readonly #memo = new NextRunMemo()
  readonly #guard: SpecGuard

  constructor(db: Database, config: DispatcherConfig, metrics = new DispatcherMetrics()) {
    this.#db = db
    this.#config = config
    this.#metrics = metrics
    this.#guard = new SpecGuard(config.min_cron_interval_seconds)
  }

  /**
   * Runs the statements of a batch over nothing, on so many connections: they are planned once per connection, and that
   * takes longer than a slot may be late.
   */
  async warmUp(connections: number): Promise<void> {
    const once = () =>
      this.#db.transactional({ label: 'warm up' }, async (tx) => {
        await lockDueCrons(tx, 0)
        await activeExecutionsOf(tx, [0])
        await yieldBackfill(tx, [0])
        await writeSlots(tx, [], [])
      })
    await Promise.all(Array.from({ length: connections }, once))
  }

  /** One batch; fewer crons than `batch_size` means that no more are due. */
  async dispatchDueCrons(): Promise<Dispatched> {
    const waitingIds: number[] = []
    let slots: Slot[] = []
    let now: Date | undefined
    let startedAt = 0
    const dispatched = await this.#db.transactional({ label: 'dispatch' }, async (tx) => {
      waitingIds.length = 0
      startedAt = performance.now()
      const due = await lockDueCrons(tx, this.#config.batch_size)
      if (due.length === 0) return { crons: 0, fired: 0, skipped: 0 }
      const plans = await this.#plan(tx, due)
      now = due[0]!.now
      slots = plans.flatMap((plan) => plan.slots)
      for (const slot of slots) if (slot.waitingFor === 'overlap') waitingIds.push(slot.jobId)
      const written = await writeSlots(
        tx,
        slots,
        plans.map((plan) => plan.advance),
      )
      return { crons: due.length, ...written }
    })
    if (now) {
      const seconds = (performance.now() - startedAt) / 1000
      this.#metrics.dispatched({ ...dispatched, slots, now, seconds })
    }
    // What blocked them may have settled unseen while this transaction was open; the one that settled it looked too
    // early. Whoever commits last looks again, so nobody waits for the next sweep.
    if (waitingIds.length > 0) await releaseOverlapWaiters(this.#db, waitingIds)
    return dispatched
  }

  async #plan(tx: Tx, due: DueCron[]): Promise<SlotPlan[]> {
    const exclusive = due.filter((cron) => cron.overlapPolicy !== 'allow').map((cron) => cron.id)
    const active = new Map((await activeExecutionsOf(tx, exclusive)).map((one) => [one.jobId, one]))
    const options = {
      memo: this.#memo,
      guard: this.#guard,
      misfireThresholdSeconds: this.#config.misfire_threshold_seconds,
    }
    const plans = due.map((cron) => planSlots(cron, active.get(cron.id), options))

    const partitionedFrom = due[0]!.now.getTime() - PARTITIONED_BACK_MS
    if (due.some((cron) => cron.nextRunAt.getTime() < partitionedFrom))
      await makeMonths(tx, plans, partitionedFrom)

    const replaced = plans.filter((plan) => plan.isReplacing).map((plan) => plan.slots.at(-1)!)
    const backfilling = await yieldBackfill(tx, exclusive)
    const stillRunning = new Set([...backfilling, ...(await replaceExecutions(tx, replaced))])
    for (const plan of plans) {
      if (!stillRunning.has(plan.advance.jobId)) continue
      for (const slot of plan.slots) if (slot.skipped === null) slot.waitingFor = 'overlap'
    }
    return plans
  }
}

/** Only the months that hold a slot: between the first one missed and the newest may lie years. */
async function makeMonths(tx: Tx, plans: SlotPlan[], before: number): Promise<void> {
  const old = plans.flatMap((plan) => plan.slots).filter(({ slot }) => slot.getTime() < before)
  for (const month of new Set(old.map(({ slot }) => slot.toISOString().slice(0, 7)))) {
    await ensurePartitions(tx, new Date(month), new Date(month))
  }
}

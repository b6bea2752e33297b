/** What `planSlots` knows of a cron: its row, with the time it is judged at. */
export interface DueCron {
  id: number
  cronExpression: string
  timezone: string
  dayMatch: 'or' | 'and'
  overlapPolicy: 'allow' | 'skip' | 'buffer_one' | 'replace'
  misfirePolicy: 'fire_once' | 'fire_all' | 'skip'
  misfireLimit: number
  misfireGraceSeconds: number
  endAt: Date | null
  jitterSeconds: number
  /** Runs it may still start; null without `max_runs`. */
  runsLeft: number | null
  /** The oldest slot that is due. */
  nextRunAt: Date
  now: Date
}

/** What of a cron is unfinished. */
export interface ActiveExecutions {
  /** The oldest active one, to name in the reason for a skip. */
  id: number
  scheduledTime: Date
  status: 'PENDING' | 'RUNNING'
  /** How many wait for another to end. */
  buffered: number
}

export type SkipReason = 'MISFIRE' | 'OVERLAP' | 'BUFFER_FULL' | 'REPLACED'

/** One due instant of a cron and its verdict. */
export interface Slot {
  jobId: number
  slot: Date
  /** Slot plus jitter. */
  runAt: Date
  /** A PENDING slot that must wait says for what. */
  waitingFor: 'time' | 'overlap' | null
  /** Set: the slot is SKIPPED, and this is why. */
  skipped: { reason: SkipReason; message: string; covers?: { first: Date; last: Date; count: number } } | null
}

/** Where a cron stands after its due slots. */
export interface CronAdvance {
  jobId: number
  /** Null: it will not fire again and is completed. */
  nextRunAt: Date | null
  /** Slots that became runs. */
  fired: number
  /** Set: the row cannot be scheduled (SQL wrote it) and is disabled for this reason. */
  disabledReason: string | null
}

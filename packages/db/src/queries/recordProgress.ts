import type { Tx } from '../database.ts'
import { type Claim, inLockOrder, instantArray, plainArray } from './types.ts'

export interface Progress extends Claim {
  /** 0 to 100. */
  percent: number
  step: string | null
}

const text = `
UPDATE job_executions AS e
SET progress_percentage = p.percent, current_step = coalesce(p.step, e.current_step)
FROM unnest($1::bigint[], $2::timestamptz[], $3::integer[], $4::smallint[], $5::text[]) AS p (id, scheduled_time, attempt, percent, step)
WHERE e.id = p.id AND e.scheduled_time = p.scheduled_time AND e.attempt = p.attempt AND e.lease_expires_at IS NOT NULL`

/** Stores how far running executions are, fenced. Index: primary key. Called by: the worker's reporter, once per interval for all. */
export async function recordProgress(tx: Tx, progress: Progress[]): Promise<void> {
  const ordered = inLockOrder(progress)
  await tx.query({
    name: 'recordProgress',
    text,
    values: [
      plainArray(ordered.map((one) => one.id)),
      instantArray(ordered.map((one) => one.scheduledTime)),
      plainArray(ordered.map((one) => one.attempt)),
      plainArray(ordered.map((one) => one.percent)),
      ordered.map((one) => one.step),
    ],
  })
}

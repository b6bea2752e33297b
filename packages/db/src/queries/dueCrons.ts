import type { Tx } from '../database.ts'
import { DUE_CRON_COLUMNS, type DueCron } from './lockDueCrons.ts'

const text = `
SELECT ${DUE_CRON_COLUMNS}
FROM cron_jobs
WHERE is_enabled AND next_run_at IS NOT NULL AND next_run_at <= now()
ORDER BY next_run_at
LIMIT $1`

/**
 * Due crons, oldest slot first, whether the scheduler runs or not, and without taking them.
 *
 * Index: `cron_jobs_due_idx`. Called by: admin, before a start.
 */
export async function dueCrons(tx: Tx, limit: number): Promise<DueCron[]> {
  const { rows } = await tx.query<DueCron>(text, [limit])
  return rows
}

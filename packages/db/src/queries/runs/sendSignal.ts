import type { Tx } from '../../database.ts'
import { matchSignals } from './matchSignals.ts'

export interface Signal {
  name: string
  payload?: unknown
  by: string | null
}

/**
 * Sends an event: the tasks that wait for it end as SUCCESS. It also counts for tasks that begin to wait later, of runs that
 * were made before it (`matchSignals`).
 *
 * Locks: the runs of the tasks it ends. Called by: admin.
 *
 * @returns its id, and how many tasks it ended at once
 */
export async function sendSignal(
  tx: Tx,
  { name, payload = null, by }: Signal,
): Promise<{ id: number; released: number }> {
  const { rows } = await tx.query<{ id: number }>({
    name: 'sendSignal',
    // clock_timestamp(): a run made while this transaction waited is younger than the event. The NOTIFY is for a task that
    // begins to wait meanwhile: neither of the two sees the other, and a dispatcher looks once more.
    text: `
INSERT INTO signals (sent_at, name, payload, sent_by) VALUES (clock_timestamp(), $1, $2, $3)
RETURNING id, pg_notify('jobu_schedules', '')`,
    values: [name, payload === null ? null : JSON.stringify(payload), by],
  })
  return { id: rows[0]!.id, released: await matchSignals(tx, name) }
}

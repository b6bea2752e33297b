import type { Tx } from '../../database.ts'

/**
 * Ends AWAITING tasks whose event has been sent since their run was made. One that begins to wait while its event is being
 * sent is not seen by `sendSignal`, and may not see the event either, so this is to be called at every poll.
 *
 * Locks: the runs of the tasks. Index: `task_runs_event_idx`. Called by: sendSignal, dispatcher.
 *
 * @param event  null: of all events
 * @returns how many tasks it ended
 */
export async function matchSignals(tx: Tx, event: string | null = null): Promise<number> {
  const { rows } = await tx.query<{ released: number }>({
    name: 'matchSignals',
    text: 'SELECT jobu_match_signals($1) AS released',
    values: [event],
  })
  return rows[0]!.released
}

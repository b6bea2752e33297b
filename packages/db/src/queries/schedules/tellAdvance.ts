import type { Tx } from '../../database.ts'
import type { Advance } from '../settleTasks.ts'

/** Wakes those who have something to do by what has changed in runs, and tells those who watch. Called by: decideDueTasks. */
export async function tellAdvance(tx: Tx, advance: Advance): Promise<void> {
  await tx.query({
    name: 'tellAdvance',
    text: 'SELECT jobu_tell_advance($1::jsonb)',
    values: [JSON.stringify(advance)],
  })
}

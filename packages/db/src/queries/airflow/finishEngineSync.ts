import type { Tx } from '../../database.ts'
import type { EngineState } from './engineState.ts'

const text = `
WITH finished AS (
  UPDATE schedules AS s
  SET engine_state = $3::jsonb,
      engine_sync_at = CASE WHEN s.engine_sync_at = $2 THEN now() + $4::float8 * interval '1 second' ELSE s.engine_sync_at END
  FROM (SELECT id, engine_state FROM schedules WHERE id = $1 FOR NO KEY UPDATE) AS before
  WHERE s.id = before.id AND (before.engine_state ->> 'leased_until')::timestamptz = $2
  RETURNING s.id, s.title, s.is_enabled, s.next_run_at,
    (before.engine_state ->> 'state', before.engine_state ->> 'message') IS DISTINCT FROM ($3::jsonb ->> 'state', $3::jsonb ->> 'message') AS is_news
), told AS (
  SELECT jobu_tell('schedule', json_agg(json_build_object('id', id, 'action', 'updated', 'title', left(title, 255),
    'is_enabled', is_enabled, 'next_run_at', jobu_iso(next_run_at)))) FROM finished WHERE is_news HAVING count(*) > 0
)
SELECT (SELECT count(*) FROM finished)::integer AS finished, (SELECT count(*) FROM told) AS told`

/**
 * Ends a look at a schedule in its engine, and says when the next one is due, unless one was asked for meanwhile.
 *
 * Locks: the schedule. Index: primary key. Called by: the dispatcher's AirflowLoop.
 *
 * @param nextSeconds  null: no more
 * @returns            false: the lease was over, and another dispatcher has taken it
 */
export async function finishEngineSync(
  tx: Tx,
  taken: { id: number; leasedUntil: Date },
  state: EngineState | null,
  nextSeconds: number | null,
): Promise<boolean> {
  const values = [taken.id, taken.leasedUntil, state && JSON.stringify(state), nextSeconds]
  const { rows } = await tx.query<{ finished: number }>({ name: 'finishEngineSync', text, values })
  return rows[0]!.finished > 0
}

/**
 * A schedule has changed in a way its engine must hear of: edited, paused, started, deleted, taken back by jobu.
 *
 * Locks: the schedule; NOTIFY's, at commit. Called by: admin, in the transaction of the change, and the requests below.
 */
export async function wakeEngine(tx: Tx, scheduleId: number): Promise<void> {
  // Truncated: rounded up it would be due half a millisecond after the dispatcher that is told looks.
  await tx.query({
    name: 'wakeEngine',
    text: `WITH woken AS (UPDATE schedules SET engine_sync_at = date_trunc('milliseconds', now()) WHERE id = $1 RETURNING id)
           SELECT pg_notify('jobu_schedules', '') FROM woken`,
    values: [scheduleId],
  })
}

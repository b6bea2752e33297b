import type { Connection } from '@jobu/db'
import type { HandlerContext } from './context.ts'

/** Stops the server's work at once when the execution is aborted; the client alone could only stop waiting. */
export async function cancelledOnAbort<T>(
  ctx: HandlerContext,
  pool: Connection,
  tx: Connection,
  run: () => Promise<T>,
): Promise<T> {
  const { rows } = await tx.query<Record<string, unknown>>(
    'SELECT pg_backend_pid() AS pid, now()::text AS began',
  )
  // By the transaction, not the backend alone: while this waits for a connection, the backend may get other work.
  const cancel = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND xact_start = $2::timestamptz`
  const onAbort = () => {
    pool
      .query(cancel, [rows[0]!.pid, rows[0]!.began])
      .catch((error) => ctx.logger.warn('statement not cancelled', { error: String(error) }))
  }
  ctx.signal.addEventListener('abort', onAbort, { once: true })
  try {
    ctx.signal.throwIfAborted()
    return await run()
  } finally {
    ctx.signal.removeEventListener('abort', onAbort)
  }
}

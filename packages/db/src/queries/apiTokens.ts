import type { Tx } from '../database.ts'
import { desc, eq, sql } from '../drizzle.ts'
import { JobuError } from '../errors.ts'
import { apiTokens } from '../schema/index.ts'

export type ApiTokenRow = typeof apiTokens.$inferSelect
export type NewApiToken = Pick<
  typeof apiTokens.$inferInsert,
  'name' | 'tokenHash' | 'prefix' | 'role' | 'createdBy' | 'expiresAt'
>

export async function createApiToken(tx: Tx, token: NewApiToken): Promise<ApiTokenRow> {
  const [row] = await tx.db.insert(apiTokens).values(token).returning()
  return row!
}

/** @throws JobuError TOKEN_NOT_FOUND */
export async function getApiToken(tx: Tx, id: number): Promise<ApiTokenRow> {
  const [row] = await tx.db.select().from(apiTokens).where(eq(apiTokens.id, id))
  return row ?? notFound(id)
}

/**
 * Undefined for a token that is unknown, revoked or expired.
 *
 * Index: api_tokens_hash_key. Called by: every request with a bearer token, through a cache.
 */
export async function findApiToken(tx: Tx, tokenHash: string): Promise<ApiTokenRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(apiTokens)
    .where(
      sql`${apiTokens.tokenHash} = ${tokenHash} AND ${apiTokens.revokedAt} IS NULL
        AND (${apiTokens.expiresAt} IS NULL OR ${apiTokens.expiresAt} > now())`,
    )
  return row
}

/** Newest first; with those that were revoked or have expired. */
export async function listApiTokens(
  tx: Tx,
  page: { limit: number; offset: number },
): Promise<{ rows: ApiTokenRow[]; total: number }> {
  const rows = await tx.db
    .select()
    .from(apiTokens)
    .orderBy(desc(apiTokens.id))
    .limit(page.limit)
    .offset(page.offset)
  return { rows, total: await tx.db.$count(apiTokens) }
}

/** @returns the token as it was. Locks: its row. @throws JobuError TOKEN_NOT_FOUND */
export async function revokeApiToken(tx: Tx, id: number): Promise<ApiTokenRow> {
  const [found] = await tx.db.select().from(apiTokens).where(eq(apiTokens.id, id)).for('update')
  const row = found ?? notFound(id)
  if (row.revokedAt === null) {
    await tx.db.update(apiTokens).set({ revokedAt: sql`now()` }).where(eq(apiTokens.id, id))
  }
  return row
}

/** Notes that a token is in use, once a minute whatever the number of processes that ask for it. */
export async function touchApiToken(tx: Tx, id: number): Promise<void> {
  await tx.query(
    `UPDATE api_tokens SET last_used_at = now()
     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= now() - interval '1 minute')`,
    [id],
  )
}

function notFound(id: number): never {
  throw new JobuError('TOKEN_NOT_FOUND', `API token with id ${id} not found`)
}

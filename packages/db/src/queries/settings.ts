import type { Tx } from '../database.ts'
import { eq, sql } from '../drizzle.ts'
import { settings } from '../schema/index.ts'

/** A fact the system keeps about itself; undefined when never written. */
export async function readSetting(tx: Tx, key: string): Promise<unknown> {
  const [row] = await tx.db.select({ value: settings.value }).from(settings).where(eq(settings.key, key))
  return row?.value
}

export async function writeSetting(tx: Tx, key: string, value: unknown): Promise<void> {
  await tx.db
    .insert(settings)
    .values({ key, value })
    .onConflictDoUpdate({ target: settings.key, set: { value, updatedAt: sql`now()` } })
}

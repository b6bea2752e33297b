import type { Tx } from '../../database.ts'
import { and, desc, eq, sql } from '../../drizzle.ts'
import { JobuError } from '../../errors.ts'
import { scheduleTasks, scheduleVersions } from '../../schema/index.ts'
import { plainArray } from '../types.ts'

export type VersionRow = typeof scheduleVersions.$inferSelect

/** A version without its tasks. */
export interface VersionHead extends Omit<VersionRow, 'definition'> {
  taskCount: number
}

const head = {
  id: scheduleVersions.id,
  scheduleId: scheduleVersions.scheduleId,
  version: scheduleVersions.version,
  createdBy: scheduleVersions.createdBy,
  createdAt: scheduleVersions.createdAt,
  taskCount: sql<number>`jsonb_array_length(${scheduleVersions.definition} -> 'tasks')`,
}

/** The versions of schedules by their ids, as far as they exist. */
export async function versionHeads(tx: Tx, ids: readonly number[]): Promise<Map<number, VersionHead>> {
  const rows = await tx.db
    .select(head)
    .from(scheduleVersions)
    .where(sql`${scheduleVersions.id} = ANY (${plainArray(ids)}::bigint[])`)
  return new Map(rows.map((row) => [row.id, row]))
}

/** @throws JobuError NOT_FOUND */
export async function getVersion(
  tx: Tx,
  scheduleId: number,
  by: { id: number } | { version: number },
): Promise<VersionRow> {
  const [row] = await tx.db
    .select()
    .from(scheduleVersions)
    .where(
      and(
        eq(scheduleVersions.scheduleId, scheduleId),
        // As bigint: a number that is no integer of the column's is one that no version has.
        'id' in by
          ? eq(scheduleVersions.id, by.id)
          : sql`${scheduleVersions.version} = ${by.version}::bigint`,
      ),
    )
  if (row) return row
  const which = 'id' in by ? `with id ${by.id}` : by.version
  throw new JobuError('NOT_FOUND', `Schedule ${scheduleId} has no version ${which}`)
}

/** The newest first. Index: `schedule_versions_version_key`. */
export async function listVersions(
  tx: Tx,
  scheduleId: number,
  page: { limit: number; offset: number },
): Promise<{ rows: VersionHead[]; total: number }> {
  const where = eq(scheduleVersions.scheduleId, scheduleId)
  const rows = await tx.db
    .select(head)
    .from(scheduleVersions)
    .where(where)
    .orderBy(desc(scheduleVersions.version))
    .limit(page.limit)
    .offset(page.offset)
  return { rows, total: await tx.db.$count(scheduleVersions, where) }
}

/** A task of a version by its key; undefined where the version has none of it. */
export async function findTask(tx: Tx, versionId: number, key: string) {
  const [row] = await tx.db
    .select()
    .from(scheduleTasks)
    .where(and(eq(scheduleTasks.versionId, versionId), eq(scheduleTasks.key, key)))
  return row
}

import { AUDIT_COUNT_LIMIT, type AuditRow, type Database, listAudit } from '@jobu/db'
import { cursorOf, type ListAuditQuery } from '../schemas/auditEntry.ts'
import { pageBody, pageOf } from '../schemas/paging.ts'

/** Reads the audit log; it is written by `audit`. */
export class AuditService {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(query: ListAuditQuery) {
    const page = pageOf(query)
    const filter = {
      actor: query.actor,
      action: query.action,
      targetType: query.target_type,
      targetId: query.target_id,
      from: query.from,
      to: query.to,
      q: query.q,
    }
    // One more than asked for says whether another page follows.
    const { rows, total } = await listAudit(this.#database, filter, {
      after: query.cursor,
      limit: page.limit + 1,
      offset: page.offset,
    })
    const shown = rows.slice(0, page.limit)
    return pageBody(shown.map(entryView), total, page, {
      isExact: total < AUDIT_COUNT_LIMIT,
      nextCursor: rows.length > page.limit ? cursorOf(shown.at(-1)!) : null,
    })
  }
}

/** An entry as the API shows it. */
function entryView(row: AuditRow) {
  return {
    id: row.id,
    at: row.at,
    actor_kind: row.actorKind,
    actor_name: row.actorName,
    actor_id: row.actorId,
    action: row.action,
    target_type: row.targetType,
    target_id: row.targetId,
    target_name: row.targetName,
    before: row.before,
    after: row.after,
    request_id: row.requestId,
    address: row.address,
  }
}

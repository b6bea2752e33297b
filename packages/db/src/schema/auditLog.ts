import { bigint, index, jsonb, pgTable, text, timestamp } from '../drizzle.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** Every change that someone made: who, what, before and after. Written by the transaction that made it. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at').notNull().defaultNow(),
    actorKind: text('actor_kind').notNull(),
    actorName: text('actor_name').notNull(),
    actorId: bigint('actor_id', { mode: 'number' }),
    /** `cron.update`, `job.cancel`, `scheduler.stop` ... */
    action: text('action').notNull(),
    /** `cron`, `job`, `user`, `token`, `scheduler` ... */
    targetType: text('target_type').notNull(),
    targetId: text('target_id'),
    targetName: text('target_name'),
    /** The fields that changed, as they were; null for what was made. */
    before: jsonb('before').$type<Record<string, unknown>>(),
    after: jsonb('after').$type<Record<string, unknown>>(),
    requestId: text('request_id'),
    address: text('address'),
  },
  (t) => [
    index('audit_log_at_idx').on(t.at, t.id),
    index('audit_log_target_idx').on(t.targetType, t.targetId, t.at, t.id),
    index('audit_log_actor_idx').on(t.actorName, t.at, t.id),
    index('audit_log_action_idx').on(t.action, t.at, t.id),
  ],
)

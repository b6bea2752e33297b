import { bigint, index, jsonb, pgTable, text, timestamp } from '../drizzle.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** Events sent to schedules from outside. One that comes before a task waits for it counts for runs begun earlier. */
export const signals = pgTable(
  'signals',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    sentAt: instant('sent_at').notNull().defaultNow(),
    name: text('name').notNull(),
    payload: jsonb('payload'),
    sentBy: text('sent_by'),
  },
  (t) => [index('signals_name_idx').on(t.name, t.sentAt), index('signals_sent_idx').on(t.sentAt)],
)

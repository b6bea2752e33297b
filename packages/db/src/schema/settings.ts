import { jsonb, pgTable, text, timestamp } from '../drizzle.ts'

/** Facts the system keeps about itself, such as the zone data version that `next_run_at` was computed with. */
export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: jsonb('value').notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
})

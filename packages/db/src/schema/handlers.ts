import { jsonb, pgTable, text, timestamp } from '../drizzle.ts'

/** Handlers that workers have published, with the JSON Schema of their params. */
export const handlers = pgTable('handlers', {
  name: text('name').primaryKey(),
  description: text('description'),
  paramsSchema: jsonb('params_schema').$type<Record<string, unknown>>().notNull(),
  isolation: text('isolation').notNull(),
  source: text('source').notNull(),
  publishedAt: timestamp('published_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
})

import { bigint, integer, pgTable, varchar } from '../drizzle.ts'

/** Failed sign-ins per name and address, in the form of `rate-limiter-flexible`; shared by every admin process. */
export const rateLimits = pgTable('rate_limits', {
  key: varchar('key', { length: 255 }).primaryKey(),
  points: integer('points').notNull().default(0),
  /** Epoch milliseconds. */
  expire: bigint('expire', { mode: 'number' }),
})

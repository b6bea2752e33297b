import { bigint, pgTable, text, timestamp, uniqueIndex } from '../drizzle.ts'
import { userRole } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** Bearer tokens of programs. */
export const apiTokens = pgTable(
  'api_tokens',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    name: text('name').notNull(),
    /** SHA-256 in hex. A token is 256 random bits, so a slow hash would add nothing but its cost. */
    tokenHash: text('token_hash').notNull(),
    /** Its first characters, to tell tokens apart in a list. */
    prefix: text('prefix').notNull(),
    role: userRole('role').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** Null: does not expire. */
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [uniqueIndex('api_tokens_hash_key').on(t.tokenHash)],
)

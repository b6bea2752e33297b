import { bigint, boolean, check, pgTable, sql, text, timestamp, uniqueIndex } from '../drizzle.ts'
import { userRole } from './enums.ts'

const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/** People who sign in with a password. */
export const users = pgTable(
  'users',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    name: text('name').notNull(),
    /** `scrypt$N$r$p$salt$key`, the last two in base64. */
    passwordHash: text('password_hash').notNull(),
    role: userRole('role').notNull(),
    isEnabled: boolean('is_enabled').notNull().default(true),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
    passwordChangedAt: instant('password_changed_at').notNull().defaultNow(),
    lastSignInAt: instant('last_sign_in_at'),
  },
  () => [
    uniqueIndex('users_name_key').on(sql`lower(name)`),
    check('users_password_hash_is_scrypt', sql`password_hash LIKE 'scrypt$%'`),
  ],
)

import type { SQL } from 'drizzle-orm'
import type { Tx } from '../database.ts'
import { and, asc, desc, eq, ilike, sql } from '../drizzle.ts'
import { JobuError, sqlState } from '../errors.ts'
import { users } from '../schema/index.ts'
import type { Role } from '../states.ts'

export type UserRow = typeof users.$inferSelect
export type NewUser = Pick<typeof users.$inferInsert, 'name' | 'passwordHash' | 'role' | 'isEnabled'>

const UNIQUE_VIOLATION = '23505'

/**
 * Lets one change of users happen at a time, until the transaction ends: who counts the admins that stay must not
 * count one that another transaction is about to remove.
 */
export async function lockUsers(tx: Tx): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('jobu users'))`)
}

/** @throws JobuError USER_NAME_TAKEN */
export async function createUser(tx: Tx, user: NewUser): Promise<UserRow> {
  const [row] = await tx.db.insert(users).values(user).returning().catch(nameTaken(user.name))
  return row!
}

/** @throws JobuError USER_NOT_FOUND */
export async function getUser(tx: Tx, id: number): Promise<UserRow> {
  const [row] = await tx.db.select().from(users).where(eq(users.id, id))
  return row ?? notFound(id)
}

/** As `getUser`, and holds the row until the transaction ends. */
export async function lockUser(tx: Tx, id: number): Promise<UserRow> {
  const [row] = await tx.db.select().from(users).where(eq(users.id, id)).for('update')
  return row ?? notFound(id)
}

/** In any case of its letters. Index: users_name_key. */
export async function findUserByName(tx: Tx, name: string): Promise<UserRow | undefined> {
  const [row] = await tx.db
    .select()
    .from(users)
    .where(eq(sql`lower(${users.name})`, sql`lower(${name})`))
  return row
}

const ORDERS = {
  id: users.id,
  name: users.name,
  role: users.role,
  created_at: users.createdAt,
  last_sign_in_at: users.lastSignInAt,
}
export type UserOrder = keyof typeof ORDERS
/** What users can be ordered by. */
export const USER_ORDERS = Object.keys(ORDERS) as UserOrder[]

export interface UserFilter {
  /** A part of the name, in any case. */
  q?: string
  role?: Role
  isEnabled?: boolean
}

export async function listUsers(
  tx: Tx,
  filter: UserFilter,
  page: { order: UserOrder; isDescending: boolean; limit: number; offset: number },
): Promise<{ rows: UserRow[]; total: number }> {
  const where = conditions(filter)
  const direction = page.isDescending ? desc : asc
  const rows = await tx.db
    .select()
    .from(users)
    .where(where)
    .orderBy(sql`${direction(ORDERS[page.order])} NULLS LAST`, direction(users.id))
    .limit(page.limit)
    .offset(page.offset)
  return { rows, total: await tx.db.$count(users, where) }
}

function conditions({ q, role, isEnabled }: UserFilter): SQL | undefined {
  return and(
    q === undefined ? undefined : ilike(users.name, `%${q.replace(/[\\%_]/g, '\\$&')}%`),
    role === undefined ? undefined : eq(users.role, role),
    isEnabled === undefined ? undefined : eq(users.isEnabled, isEnabled),
  )
}

/** @param change.passwordHash  of a new password. @throws JobuError USER_NOT_FOUND, USER_NAME_TAKEN */
export async function updateUser(
  tx: Tx,
  id: number,
  change: Partial<Pick<UserRow, 'name' | 'passwordHash' | 'role' | 'isEnabled'>>,
): Promise<UserRow> {
  const passwordChangedAt = change.passwordHash === undefined ? undefined : sql`now()`
  const [row] = await tx.db
    .update(users)
    .set({ ...change, updatedAt: sql`now()`, passwordChangedAt })
    .where(eq(users.id, id))
    .returning()
    .catch(nameTaken(change.name ?? ''))
  return row ?? notFound(id)
}

/** With its sessions. */
export async function deleteUser(tx: Tx, id: number): Promise<void> {
  await tx.db.delete(users).where(eq(users.id, id))
}

/** Notes a sign-in; `passwordHash` is the same password's, maybe under newer parameters. */
export async function recordSignIn(tx: Tx, id: number, passwordHash: string): Promise<void> {
  await tx.db.update(users).set({ lastSignInAt: sql`now()`, passwordHash }).where(eq(users.id, id))
}

/** Enabled users with the role admin. */
export async function countAdmins(tx: Tx): Promise<number> {
  return tx.db.$count(users, and(eq(users.role, 'admin'), eq(users.isEnabled, true)))
}

function nameTaken(name: string) {
  return (error: unknown): never => {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error
    throw new JobuError('USER_NAME_TAKEN', `A user named ${name} exists`, {
      details: [{ field: 'name', message: 'is taken', received: name }],
      cause: error,
    })
  }
}

function notFound(id: number): never {
  throw new JobuError('USER_NOT_FOUND', `User with id ${id} not found`)
}

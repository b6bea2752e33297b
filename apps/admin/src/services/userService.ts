import {
  countAdmins,
  createUser,
  type Database,
  deleteSessionsOfUser,
  deleteUser,
  findUserByName,
  getUser,
  JobuError,
  listUsers,
  lockUser,
  lockUsers,
  type Tx,
  type UserOrder,
  type UserRow,
  updateUser,
} from '@jobu/db'
import { hashPassword } from '../access/passwords.ts'
import type { Actor } from '../http/actor.ts'
import { validationError } from '../http/validationError.ts'
import { pageBody, pageOf } from '../schemas/paging.ts'
import type { CreateUserBody, ListUsersQuery, UpdateUserBody } from '../schemas/user.ts'
import { type AuditTarget, audit } from './audit.ts'

/**
 * Users as administrators edit them, one change at a time. Whoever is disabled, or given another password, is signed
 * out everywhere.
 */
export class UserService {
  readonly #database: Database
  readonly #onChange: () => void

  /** @param onChange  called when what is remembered of users no longer holds */
  constructor(database: Database, onChange: () => void = () => {}) {
    this.#database = database
    this.#onChange = onChange
  }

  async list(query: ListUsersQuery) {
    const page = pageOf(query)
    const { rows, total } = await listUsers(
      this.#database,
      { q: query.q, role: query.role, isEnabled: query.is_enabled },
      {
        ...page,
        order: query.order_by.replace('-', '') as UserOrder,
        isDescending: query.order_by.startsWith('-'),
      },
    )
    return pageBody(rows.map(userView), total, page)
  }

  /** @throws JobuError USER_NOT_FOUND */
  async get(id: number): Promise<UserView> {
    return userView(await getUser(this.#database, id))
  }

  /** @throws JobuError USER_NAME_TAKEN, VALIDATION_FAILED */
  async create({ name, password, role, is_enabled }: CreateUserBody, actor: Actor): Promise<UserView> {
    refuseNameAsPassword(password, name, 'password')
    const passwordHash = await hashPassword(password)
    return this.#database.transactional({ label: 'create user' }, async (tx) => {
      const row = await createUser(tx, { name, passwordHash, role, isEnabled: is_enabled })
      await audit(tx, actor, 'user.create', targetOf(row), null, auditFields(row))
      return userView(row)
    })
  }

  /** @throws JobuError USER_NOT_FOUND, USER_NAME_TAKEN, LAST_ADMIN, VALIDATION_FAILED */
  async update(id: number, { password, ...body }: UpdateUserBody, actor: Actor): Promise<UserView> {
    const passwordHash = password === undefined ? undefined : await hashPassword(password)
    return this.#change('change user', async (tx) => {
      const before = await lockUser(tx, id)
      if (password !== undefined) refuseNameAsPassword(password, body.name ?? before.name, 'password')
      const change = { name: body.name, role: body.role, isEnabled: body.is_enabled, passwordHash }
      const after = await updateUser(tx, id, change)
      await refuseWithoutAdmin(tx, before, after)
      if (passwordHash !== undefined || !after.isEnabled) await deleteSessionsOfUser(tx, id)
      await audit(tx, actor, 'user.update', targetOf(after), auditFields(before), auditFields(after))
      return userView(after)
    })
  }

  /** @throws JobuError USER_NOT_FOUND, LAST_ADMIN */
  async remove(id: number, actor: Actor): Promise<void> {
    await this.#change('delete user', async (tx) => {
      const before = await lockUser(tx, id)
      await deleteUser(tx, id)
      await refuseWithoutAdmin(tx, before, undefined)
      await audit(tx, actor, 'user.delete', targetOf(before), auditFields(before), null)
    })
  }

  /** The id of the user with that name. @throws JobuError USER_NOT_FOUND */
  async idOf(name: string): Promise<number> {
    const user = await findUserByName(this.#database, name)
    if (!user) throw new JobuError('USER_NOT_FOUND', `There is no user named ${name}`)
    return user.id
  }

  async #change<T>(label: string, change: (tx: Tx) => Promise<T>): Promise<T> {
    const value = await this.#database.transactional({ label }, async (tx) => {
      await lockUsers(tx)
      return change(tx)
    })
    this.#onChange()
    return value
  }
}

/** A user as the API shows it. */
function userView(row: UserRow) {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    is_enabled: row.isEnabled,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    password_changed_at: row.passwordChangedAt,
    last_sign_in_at: row.lastSignInAt,
  }
}
export type UserView = ReturnType<typeof userView>

/** What the audit log keeps of a user; of a password only that it was changed. */
export function auditFields({ name, role, isEnabled, passwordChangedAt }: UserRow) {
  return { name, role, is_enabled: isEnabled, password_changed_at: passwordChangedAt.toISOString() }
}

/** @throws JobuError VALIDATION_FAILED */
export function refuseNameAsPassword(password: string, name: string, field: string): void {
  if (password.normalize('NFC').toLowerCase() !== name.toLowerCase()) return
  throw validationError([{ field, message: 'must not be the name' }])
}

/** Counted after the change, under `lockUsers`: of two who remove each other one is refused. */
async function refuseWithoutAdmin(tx: Tx, before: UserRow, after: UserRow | undefined): Promise<void> {
  const isAdmin = (user: UserRow | undefined) => user?.role === 'admin' && user.isEnabled
  if (!isAdmin(before) || isAdmin(after) || (await countAdmins(tx)) > 0) return
  throw new JobuError(
    'LAST_ADMIN',
    `${before.name} is the last enabled administrator; make another one first`,
  )
}

/** How the audit log names a user. */
export function targetOf({ id, name }: Pick<UserRow, 'id' | 'name'>): AuditTarget {
  return { type: 'user', id, name }
}

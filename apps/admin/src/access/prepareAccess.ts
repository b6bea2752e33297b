import { randomUUID } from 'node:crypto'
import {
  countAdmins,
  createUser,
  type Database,
  deleteSessionsOfUser,
  findUserByName,
  lockUsers,
  updateUser,
} from '@jobu/db'
import { ConfigError, type Logger } from '@jobu/runtime'
import type { AdminConfig } from '../config.ts'
import { audit } from '../services/audit.ts'
import { auditFields, targetOf } from '../services/userService.ts'
import { hashPassword, verifyPassword } from './passwords.ts'

/** The user that `password` of the configuration is for. */
const NAME = 'admin'

/**
 * Before the service listens: sees to it that somebody can sign in.
 *
 * - `password` of the configuration becomes that of the user `admin`, an enabled administrator. It wins over what was
 *   changed since the last start.
 * - `initial_password` makes that user where there is none, and changes nothing where there is one.
 *
 * What is changed is logged and audited.
 *
 * @returns whether `initial_password` is admin's, for the launcher that made it up
 * @throws ConfigError when nobody could sign in
 */
export async function prepareAccess(
  database: Database,
  config: AdminConfig,
  logger: Logger,
): Promise<{ isInitialPassword: boolean }> {
  const given = config.password ?? config.initial_password
  const isApplied =
    given !== undefined && (await applyPassword(database, given, config.password !== undefined, logger))
  const canSignIn =
    config.token !== undefined || config.auth.proxy.trusted.length > 0 || (await countAdmins(database)) > 0
  if (canSignIn) return { isInitialPassword: isApplied && config.password === undefined }
  throw new ConfigError([
    'nobody could sign in: set JOBU_ADMIN_PASSWORD or JOBU_ADMIN_TOKEN, or make an administrator: ' +
      'npm run jobu -- user create NAME --role admin',
  ])
}

/** @returns whether it is admin's password now */
async function applyPassword(
  database: Database,
  password: string,
  wins: boolean,
  logger: Logger,
): Promise<boolean> {
  const actor = {
    kind: 'environment',
    name: wins ? 'JOBU_ADMIN_PASSWORD' : 'JOBU_ADMIN_INITIAL_PASSWORD',
    role: 'admin',
    id: null,
    requestId: randomUUID(),
    address: null,
  } as const
  const { isSame, action } = await database.transactional(
    { label: 'apply configured password' },
    async (tx) => {
      await lockUsers(tx)
      const before = await findUserByName(tx, NAME)
      if (!before) {
        const passwordHash = await hashPassword(password)
        const made = await createUser(tx, { name: NAME, passwordHash, role: 'admin', isEnabled: true })
        await audit(tx, actor, 'user.create', targetOf(made), null, auditFields(made))
        return { isSame: true, action: 'user made' }
      }
      const isSame = await verifyPassword(password, before.passwordHash)
      const isAdmin = before.isEnabled && before.role === 'admin'
      if (!wins || (isSame && isAdmin)) return { isSame: isSame && isAdmin }
      const passwordHash = isSame ? undefined : await hashPassword(password)
      const after = await updateUser(tx, before.id, { role: 'admin', isEnabled: true, passwordHash })
      if (!isSame) await deleteSessionsOfUser(tx, before.id)
      await audit(tx, actor, 'user.update', targetOf(after), auditFields(before), auditFields(after))
      return { isSame: true, action: 'user changed' }
    },
  )
  if (action) logger.warn(`${action} as ${actor.name} says`, { user: NAME })
  return isSame
}

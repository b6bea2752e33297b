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
 * Before the service listens: makes the configured password that of the user `admin`, an enabled administrator. What
 * the configuration says wins over what was changed since; each difference is logged and audited.
 *
 * @throws ConfigError when nobody could sign in
 */
export async function prepareAccess(database: Database, config: AdminConfig, logger: Logger): Promise<void> {
  if (config.password !== undefined) await applyPassword(database, config.password, logger)
  const canSignIn =
    config.password !== undefined ||
    config.token !== undefined ||
    config.auth.proxy.trusted.length > 0 ||
    (await countAdmins(database)) > 0
  if (canSignIn) return
  throw new ConfigError([
    'nobody could sign in: set JOBU_ADMIN_PASSWORD or JOBU_ADMIN_TOKEN, or make an administrator: ' +
      'npm run jobu -- user create NAME --role admin',
  ])
}

async function applyPassword(database: Database, password: string, logger: Logger): Promise<void> {
  const actor = {
    kind: 'environment',
    name: 'JOBU_ADMIN_PASSWORD',
    role: 'admin',
    id: null,
    requestId: randomUUID(),
    address: null,
  } as const
  const action = await database.transactional({ label: 'apply JOBU_ADMIN_PASSWORD' }, async (tx) => {
    await lockUsers(tx)
    const before = await findUserByName(tx, NAME)
    if (!before) {
      const passwordHash = await hashPassword(password)
      const made = await createUser(tx, { name: NAME, passwordHash, role: 'admin', isEnabled: true })
      await audit(tx, actor, 'user.create', targetOf(made), null, auditFields(made))
      return 'user made'
    }
    const isSame = await verifyPassword(password, before.passwordHash)
    if (isSame && before.isEnabled && before.role === 'admin') return undefined
    const passwordHash = isSame ? undefined : await hashPassword(password)
    const after = await updateUser(tx, before.id, { role: 'admin', isEnabled: true, passwordHash })
    if (!isSame) await deleteSessionsOfUser(tx, before.id)
    await audit(tx, actor, 'user.update', targetOf(after), auditFields(before), auditFields(after))
    return 'user changed'
  })
  if (action) logger.warn(`${action} as JOBU_ADMIN_PASSWORD says`, { user: NAME })
}

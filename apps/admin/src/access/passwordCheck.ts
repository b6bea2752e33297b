import { createHmac, randomBytes } from 'node:crypto'
import {
  type Database,
  findUserByName,
  JobuError,
  lockUser,
  recordSignIn,
  type Tx,
  type UserRow,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { AdminMetrics } from '../adminMetrics.ts'
import type { Caller } from '../http/caller.ts'
import { isUserName } from '../schemas/user.ts'
import { audit } from '../services/audit.ts'
import { FreshCache } from './freshCache.ts'
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts'
import type { SignInLimits } from './signInLimits.ts'

/** Where a password was given. */
export type PasswordUse = 'sign-in' | 'basic' | 'password change'

/** How long a name and its password, sent with each request, need not be checked again, in milliseconds. */
const REMEMBERED_MS = 300_000
const MAX_REMEMBERED = 1_000

/** Checks names with passwords, at the pace that the limits allow. */
export class PasswordCheck {
  readonly #database: Database
  readonly #limits: SignInLimits
  readonly #logger: Logger
  readonly #metrics: Pick<AdminMetrics, 'signInFailed'>
  readonly #users = new FreshCache<UserRow>()
  /** The hash that a name with its password matched, by both under a key that only this process has. */
  readonly #remembered = new Map<string, { passwordHash: string; until: number }>()
  readonly #key = randomBytes(32)

  constructor(
    database: Database,
    limits: SignInLimits,
    logger: Logger,
    metrics: Pick<AdminMetrics, 'signInFailed'>,
  ) {
    this.#database = database
    this.#limits = limits
    this.#logger = logger
    this.#metrics = metrics
  }

  /**
   * The enabled user of that name and password. A failure is audited, and takes as long whether the user exists or not.
   *
   * @throws JobuError SIGN_IN_FAILED, TOO_MANY_REQUESTS
   */
  async check(name: string, password: string, caller: Caller, use: PasswordUse): Promise<UserRow> {
    await this.#limits.attempt(name, caller.address).catch((error) => {
      this.#metrics.signInFailed('too_many')
      throw error
    })
    const user = isUserName(name) ? await findUserByName(this.#database, name) : undefined
    const isRight = await verifyPassword(password, user?.passwordHash)
    if (!user?.isEnabled || !isRight) {
      await this.#failed(user, isRight, caller, use)
      throw signInFailed()
    }
    await this.#limits.succeeded(name, caller.address)
    return user
  }

  /**
   * Notes that `user`, as `check` found it, signs in, and gives its password a stronger hash where that is outdated.
   *
   * @returns the hash of the password from now on
   * @throws JobuError SIGN_IN_FAILED when it has been disabled or given another password since
   */
  async accept(
    user: UserRow,
    password: string,
    then: (tx: Tx) => Promise<void> = async () => {},
  ): Promise<string> {
    const passwordHash = isOutdated(user.passwordHash) ? await hashPassword(password) : user.passwordHash
    await this.#database.transactional({ label: 'sign in' }, async (tx) => {
      const row = await lockUser(tx, user.id)
      if (!row.isEnabled || row.passwordHash !== user.passwordHash) throw signInFailed()
      await recordSignIn(tx, user.id, passwordHash)
      await then(tx)
    })
    return passwordHash
  }

  /**
   * As `check`, for credentials that come with each request: a match is remembered for a while, and holds as long as
   * the user stays enabled with that password. Undefined where they are wrong.
   *
   * @throws JobuError TOO_MANY_REQUESTS
   */
  async checkBasic(name: string, password: string, caller: Caller): Promise<UserRow | undefined> {
    if (!isUserName(name) || password === '') return undefined
    const key = createHmac('sha256', this.#key).update(`${name}\0${password}`).digest('hex')
    const remembered = this.#remembered.get(key)
    if (remembered && remembered.until > performance.now()) {
      const user = await this.#users.get(name, () => findUserByName(this.#database, name))
      if (user?.isEnabled && user.passwordHash === remembered.passwordHash) return user
    }
    this.#remembered.delete(key)
    try {
      const user = await this.check(name, password, caller, 'basic')
      this.#remember(key, await this.accept(user, password))
      return user
    } catch (error) {
      if (error instanceof JobuError && error.code === 'SIGN_IN_FAILED') return undefined
      throw error
    }
  }

  /** After a change of users in this process, which then holds at once. */
  forget(): void {
    this.#users.clear()
  }

  #remember(key: string, passwordHash: string): void {
    // What is cached of the user may be from before its hash changed.
    this.#users.clear()
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear()
    this.#remembered.set(key, { passwordHash, until: performance.now() + REMEMBERED_MS })
  }

  async #failed(
    user: UserRow | undefined,
    isRight: boolean,
    caller: Caller,
    use: PasswordUse,
  ): Promise<void> {
    this.#metrics.signInFailed(user === undefined ? 'unknown_name' : isRight ? 'disabled' : 'wrong_password')
    this.#logger.warn('sign-in failed', {
      userId: user?.id,
      use,
      remote: caller.address,
      requestId: caller.requestId,
    })
    if (!(await this.#limits.mayAudit())) return
    const actor = { kind: 'anonymous', name: 'anonymous', role: 'viewer', id: null, ...caller } as const
    // Not the name where no user has it: people type their password there.
    const target = { type: 'user', id: user?.id ?? null, name: user?.name ?? null } as const
    const reason = user === undefined ? 'unknown name' : isRight ? 'disabled' : 'wrong password'
    await audit(this.#database, actor, 'auth.sign_in_failed', target, null, { use, reason })
  }
}

function signInFailed(): JobuError {
  return new JobuError('SIGN_IN_FAILED', 'The name or the password is not right')
}

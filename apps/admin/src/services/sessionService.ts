import {
  createSession,
  type Database,
  deleteSession,
  deleteSessionsOfUser,
  findSession,
  JobuError,
  type LiveSession,
  lockUser,
  pruneSessions,
  type Tx,
  type UserRow,
  updateUser,
} from '@jobu/db'
import type { PasswordCheck } from '../access/passwordCheck.ts'
import { hashPassword } from '../access/passwords.ts'
import { newSecret, sha256 } from '../access/secrets.ts'
import type { AdminConfig } from '../config.ts'
import type { Actor } from '../http/actor.ts'
import type { Caller } from '../http/caller.ts'
import { validationError } from '../http/validationError.ts'
import type { ChangePasswordBody, SignInBody } from '../schemas/session.ts'
import { audit } from './audit.ts'
import { auditFields, refuseNameAsPassword, targetOf } from './userService.ts'

/** Sessions that have ended, deleted by whoever signs in. */
const PRUNED_AT_SIGN_IN = 20

/** A session as its browser gets to know it. */
export interface Issued {
  /** For the cookie. */
  id: string
  view: SessionView
}

/** Signing in and out, and one's own password. */
export class SessionService {
  readonly #database: Database
  readonly #auth: AdminConfig['auth']
  readonly #passwords: PasswordCheck
  readonly #onChange: () => void

  /** @param onChange  called when what is remembered of sessions no longer holds */
  constructor(database: Database, { auth }: AdminConfig, passwords: PasswordCheck, onChange: () => void) {
    this.#database = database
    this.#auth = auth
    this.#passwords = passwords
    this.#onChange = onChange
  }

  /**
   * Always a session with a new id.
   *
   * @param former  the id of the session that the browser has, which ends
   * @throws JobuError SIGN_IN_FAILED, TOO_MANY_REQUESTS
   */
  async signIn({ name, password }: SignInBody, former: string | undefined, caller: Caller): Promise<Issued> {
    const user = await this.#passwords.check(name, password, caller, 'sign-in')
    let issued: Issued | undefined
    await this.#passwords.accept(user, password, async (tx) => {
      if (former !== undefined) await deleteSession(tx, sha256(former))
      await pruneSessions(tx, this.#auth.session_idle_seconds, PRUNED_AT_SIGN_IN)
      issued = await this.#issue(tx, user, caller)
      const actor = { kind: 'user', name: user.name, role: user.role, id: user.id, ...caller } as const
      await audit(tx, actor, 'auth.sign_in', targetOf(user), null, { user_agent: caller.userAgent })
    })
    if (former !== undefined) this.#onChange()
    return issued!
  }

  /** Ends the session; without one there is nothing to end. */
  async signOut(session: LiveSession | undefined, actor: Actor): Promise<void> {
    if (!session) return
    await this.#database.transactional({ label: 'sign out' }, async (tx) => {
      await deleteSession(tx, session.idHash)
      await audit(
        tx,
        actor,
        'auth.sign_out',
        targetOf({ id: session.userId, name: session.userName }),
        null,
        {},
      )
    })
    this.#onChange()
  }

  /**
   * Gives oneself another password, which ends all one's sessions; who did it from one of them gets a new one.
   *
   * @throws JobuError FORBIDDEN for who has no password, VALIDATION_FAILED, TOO_MANY_REQUESTS
   */
  async changePassword(
    body: ChangePasswordBody,
    session: LiveSession | undefined,
    actor: Actor,
    caller: Caller,
  ): Promise<Issued | { id: undefined; view: SessionView }> {
    if (actor.kind !== 'user') {
      throw new JobuError('FORBIDDEN', `${actor.name} has no password here: it did not sign in with one`)
    }
    refuseNameAsPassword(body.new_password, actor.name, 'new_password')
    const user = await this.#passwords
      .check(actor.name, body.current_password, caller, 'password change')
      .catch((error) => {
        if (!(error instanceof JobuError) || error.code !== 'SIGN_IN_FAILED') throw error
        throw validationError([{ field: 'current_password', message: 'is not right' }])
      })
    const passwordHash = await hashPassword(body.new_password)
    const issued = await this.#database.transactional({ label: 'change password' }, async (tx) => {
      const before = await lockUser(tx, user.id)
      const after = await updateUser(tx, user.id, { passwordHash })
      await deleteSessionsOfUser(tx, user.id)
      await audit(tx, actor, 'user.change_password', targetOf(user), auditFields(before), auditFields(after))
      return session ? this.#issue(tx, user, caller) : { id: undefined, view: sessionView(actor, undefined) }
    })
    this.#onChange()
    return issued
  }

  async #issue(tx: Tx, user: UserRow, { address, userAgent }: Caller): Promise<Issued> {
    const id = newSecret()
    const { session_idle_seconds: idleSeconds, session_max_seconds: maxSeconds } = this.#auth
    const session = {
      idHash: sha256(id),
      userId: user.id,
      csrfToken: newSecret(),
      maxSeconds,
      address,
      userAgent,
    }
    await createSession(tx, session)
    const live = await findSession(tx, session.idHash, idleSeconds)
    return { id, view: sessionView({ kind: 'user', id: user.id, name: user.name, role: user.role }, live) }
  }
}

/** Who asks, as the API shows it. */
export function sessionView(
  { kind, id, name, role }: Pick<Actor, 'kind' | 'id' | 'name' | 'role'>,
  session: LiveSession | undefined,
) {
  return {
    // Nobody signs in as the others.
    kind: kind as Exclude<Actor['kind'], 'cli' | 'anonymous'>,
    id,
    name,
    role,
    csrf_token: session?.csrfToken ?? null,
    expires_at: session?.expiresAt ?? null,
    idle_expires_at: session?.idleExpiresAt ?? null,
  }
}
export type SessionView = ReturnType<typeof sessionView>

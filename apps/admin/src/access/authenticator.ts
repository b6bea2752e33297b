import {
  type ApiTokenRow,
  type Connection,
  findApiToken,
  findSession,
  isConnectionFailure,
  type LiveSession,
  ROLES,
  type Role,
  touchApiToken,
  touchSession,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import type { Request } from 'express'
import type { AdminConfig } from '../config.ts'
import type { Actor } from '../http/actor.ts'
import { callerOf } from '../http/caller.ts'
import { type AddressTest, addressTest } from './clientAddress.ts'
import { FreshCache } from './freshCache.ts'
import { OncePer } from './oncePer.ts'
import type { PasswordCheck } from './passwordCheck.ts'
import { isSameSecret, sha256 } from './secrets.ts'
import { sessionIdOf } from './sessionCookie.ts'

/** Who a request is from, and how that is known. */
export interface Identity extends Pick<Actor, 'kind' | 'name' | 'role' | 'id'> {
  /** Where a cookie proved it. */
  session?: LiveSession
  /** A browser adds the proof by itself, also to what a page of another origin makes it send. */
  isAmbient: boolean
}

const SECRET = /^[\w-]{43}$/
const API_TOKEN = /^jobu_[\w-]{43}$/
const MAX_NAME = 255
/** How often the use of a token or a session is written down, in milliseconds. */
const TOUCH_INTERVAL_MS = 60_000

/**
 * Finds out who sends a request. In this order, and the first that is there decides, right or wrong: the identity
 * header of a trusted proxy, Authorization, the session's cookie.
 */
export class Authenticator {
  readonly #database: Connection
  readonly #config: AdminConfig
  readonly #passwords: PasswordCheck
  readonly #logger: Logger
  readonly #isIdentityProxy: AddressTest
  readonly #tokens = new FreshCache<ApiTokenRow>()
  readonly #sessions = new FreshCache<LiveSession>()
  readonly #touched = new OncePer(TOUCH_INTERVAL_MS)

  constructor(database: Connection, config: AdminConfig, passwords: PasswordCheck, logger: Logger) {
    this.#database = database
    this.#config = config
    this.#passwords = passwords
    this.#logger = logger
    this.#isIdentityProxy = addressTest(config.auth.proxy.trusted)
  }

  /**
   * Undefined for nobody, also for credentials that do not hold.
   *
   * @param isUse  false: only looks, which keeps no session alive
   * @throws JobuError TOO_MANY_REQUESTS
   */
  async identify(request: Request, isUse = true): Promise<Identity | undefined> {
    const { header } = this.#config.auth.proxy
    if (request.headers[header] !== undefined && this.#isIdentityProxy(request.socket.remoteAddress)) {
      return this.#fromProxy(request)
    }
    const authorization = request.get('authorization')
    if (authorization !== undefined) return this.#fromAuthorization(authorization, request)
    const sessionId = sessionIdOf(request)
    return sessionId === undefined ? undefined : this.#fromSession(sessionId, isUse)
  }

  /** After a change of users, sessions or tokens in this process, which then holds at once. */
  forget(): void {
    this.#tokens.clear()
    this.#sessions.clear()
    this.#passwords.forget()
  }

  #fromProxy(request: Request): Identity | undefined {
    const { header, role_header: roleHeader, default_role: defaultRole } = this.#config.auth.proxy
    const name = theOnly(request, header)
    const role = roleHeader === null ? undefined : request.headers[roleHeader]
    if (name === undefined) return undefined
    const known = role === undefined ? defaultRole : roleNamed(theOnly(request, roleHeader!))
    return known && { kind: 'proxy', name, role: known, id: null, isAmbient: true }
  }

  async #fromAuthorization(authorization: string, request: Request): Promise<Identity | undefined> {
    const [, scheme = '', credentials = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? []
    if (/^bearer$/i.test(scheme)) return this.#fromToken(credentials)
    if (!/^basic$/i.test(scheme)) return undefined
    const [, name = '', password = ''] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(credentials, 'base64').toString()) ?? []
    const user = await this.#passwords.checkBasic(name, password, callerOf(request))
    return user && { kind: 'user', name: user.name, role: user.role, id: user.id, isAmbient: true }
  }

  async #fromToken(token: string): Promise<Identity | undefined> {
    const { token: configured } = this.#config
    if (configured !== undefined && isSameSecret(token, configured)) {
      return { kind: 'environment', name: 'api token', role: 'admin', id: null, isAmbient: false }
    }
    if (!API_TOKEN.test(token)) return undefined
    const hash = sha256(token)
    const row = await this.#tokens.get(hash, () => findApiToken(this.#database, hash))
    if (!row) return undefined
    this.#touch(`token ${row.id}`, () => touchApiToken(this.#database, row.id))
    return { kind: 'token', name: row.name, role: row.role, id: row.id, isAmbient: false }
  }

  async #fromSession(id: string, isUse: boolean): Promise<Identity | undefined> {
    if (!SECRET.test(id)) return undefined
    const hash = sha256(id)
    const { session_idle_seconds: idleSeconds } = this.#config.auth
    const session = await this.#sessions.get(hash, () => findSession(this.#database, hash, idleSeconds))
    if (!session) return undefined
    if (isUse) this.#touch(`session ${hash}`, () => touchSession(this.#database, hash))
    return {
      kind: 'user',
      name: session.userName,
      role: session.role,
      id: session.userId,
      session,
      isAmbient: true,
    }
  }

  /** Behind the request: it does not wait for this. */
  #touch(key: string, write: () => Promise<void>): void {
    if (!this.#touched.isDue(key)) return
    write().catch((error) => {
      if (!isConnectionFailure(error)) this.#logger.warn('use could not be noted', { error })
    })
  }
}

/**
 * A header's one value, as text: Node reads bytes as Latin-1. Undefined where it came twice, since then the client may
 * have written one of them, or holds what is no name.
 */
function theOnly(request: Request, header: string): string | undefined {
  const [value = '', ...more] = request.headersDistinct[header] ?? []
  const name = Buffer.from(value, 'latin1').toString().trim()
  const isName = more.length === 0 && name !== '' && name.length <= MAX_NAME && !/[\p{C}\ufffd]/u.test(name)
  return isName ? name : undefined
}

function roleNamed(text: string | undefined): Role | undefined {
  return ROLES.find((role) => role === text?.toLowerCase())
}

import { createHash, randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { JobuError } from '@jobu/db'
import type { RequestHandler } from 'express'
import type { Actor } from './actor.ts'

const KEY_BYTES = 32
const derive = promisify<string, Buffer, number, Buffer>(scrypt)

/**
 * Lets a request pass that carries the bearer token, or Basic `admin:<password>`; `response.locals.actor` then says
 * who it is. Neither secret is kept: only the token's hash and the password's scrypt key.
 *
 * @throws JobuError UNAUTHORIZED
 */
export function authenticate(secrets: { token?: string; password?: string }): RequestHandler {
  const tokenHash = secrets.token === undefined ? undefined : sha256(secrets.token)
  const salt = randomBytes(16)
  const passwordKey =
    secrets.password === undefined ? undefined : scryptSync(secrets.password, salt, KEY_BYTES)
  const challenges = [
    ...(tokenHash ? ['Bearer realm="jobu"'] : []),
    ...(passwordKey ? ['Basic realm="jobu", charset="UTF-8"'] : []),
  ]

  const actorOf = async (header: string): Promise<string | undefined> => {
    const [, scheme = '', credentials = ''] = /^(\S+) +(\S+) *$/.exec(header) ?? []
    if (/^bearer$/i.test(scheme) && tokenHash) {
      return timingSafeEqual(sha256(credentials), tokenHash) ? 'api token' : undefined
    }
    if (/^basic$/i.test(scheme) && passwordKey) {
      const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(credentials, 'base64').toString()) ?? []
      if (password === undefined) return undefined
      const key = await derive(password, salt, KEY_BYTES)
      return timingSafeEqual(key, passwordKey) && user === 'admin' ? 'admin' : undefined
    }
    return undefined
  }

  return async (request, response, next) => {
    const header = request.get('authorization')
    const actor = header === undefined ? undefined : await actorOf(header)
    if (actor === undefined) {
      response.set('WWW-Authenticate', challenges)
      throw new JobuError(
        'UNAUTHORIZED',
        header === undefined
          ? 'Authentication is required: send Authorization: Bearer <token>'
          : 'The credentials are not valid',
      )
    }
    const remote = request.socket.remoteAddress ?? null
    response.locals.actor = {
      kind: 'environment',
      name: actor,
      role: 'admin',
      id: null,
      requestId: response.locals.requestId,
      address: remote,
    } satisfies Actor
    next()
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest()

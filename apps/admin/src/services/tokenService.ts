import {
  type ApiTokenRow,
  createApiToken,
  type Database,
  databaseNow,
  getApiToken,
  listApiTokens,
  revokeApiToken,
} from '@jobu/db'
import { newSecret, sha256 } from '../access/secrets.ts'
import type { Actor } from '../http/actor.ts'
import { validationError } from '../http/validationError.ts'
import { pageBody, pageOf } from '../schemas/paging.ts'
import type { CreateTokenBody, ListTokensQuery } from '../schemas/token.ts'
import { type AuditTarget, audit } from './audit.ts'

const DAY_MS = 86_400_000
/** Of a token's characters so many are kept readable: `jobu_` and 36 of its 256 bits. */
const PREFIX_LENGTH = 11

/** Bearer tokens of programs. */
export class TokenService {
  readonly #database: Database
  readonly #onChange: () => void

  /** @param onChange  called when what is remembered of tokens no longer holds */
  constructor(database: Database, onChange: () => void = () => {}) {
    this.#database = database
    this.#onChange = onChange
  }

  async list(query: ListTokensQuery) {
    const page = pageOf(query)
    const { rows, total } = await listApiTokens(this.#database, page)
    return pageBody(rows.map(tokenView), total, page)
  }

  /** @throws JobuError TOKEN_NOT_FOUND */
  async get(id: number) {
    return tokenView(await getApiToken(this.#database, id))
  }

  /** @returns the token with its secret, which is nowhere else. @throws JobuError VALIDATION_FAILED */
  async create(body: CreateTokenBody, actor: Actor) {
    const token = `jobu_${newSecret()}`
    return this.#database.transactional({ label: 'create API token' }, async (tx) => {
      const row = await createApiToken(tx, {
        name: body.name,
        tokenHash: sha256(token),
        prefix: token.slice(0, PREFIX_LENGTH),
        role: body.role,
        createdBy: actor.name,
        expiresAt: expiryOf(body, await databaseNow(tx)),
      })
      const { name, prefix, role, expires_at } = tokenView(row)
      const made = { name, prefix, role, expires_at: expires_at?.toISOString() ?? null }
      await audit(tx, actor, 'token.create', targetOf(row), null, made)
      return { ...tokenView(row), token }
    })
  }

  /** Once more changes nothing. @throws JobuError TOKEN_NOT_FOUND */
  async revoke(id: number, actor: Actor): Promise<void> {
    await this.#database.transactional({ label: 'revoke API token' }, async (tx) => {
      const row = await revokeApiToken(tx, id)
      if (row.revokedAt !== null) return
      const { name, prefix, role } = row
      await audit(tx, actor, 'token.revoke', targetOf(row), { name, prefix, role }, null)
    })
    this.#onChange()
  }
}

function expiryOf({ expires_at, expires_in_days }: CreateTokenBody, now: Date): Date | null {
  if (expires_in_days != null) return new Date(now.getTime() + expires_in_days * DAY_MS)
  if (expires_at && expires_at <= now) {
    throw validationError([
      { field: 'expires_at', message: 'has passed', received: expires_at.toISOString() },
    ])
  }
  return expires_at ?? null
}

/** A token as the API shows it. */
function tokenView(row: ApiTokenRow) {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    role: row.role,
    created_by: row.createdBy,
    created_at: row.createdAt,
    expires_at: row.expiresAt,
    last_used_at: row.lastUsedAt,
    revoked_at: row.revokedAt,
  }
}

function targetOf({ id, name }: ApiTokenRow): AuditTarget {
  return { type: 'token', id, name }
}

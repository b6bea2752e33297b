import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import pLimit from 'p-limit'
import { TooManyRequests } from '../http/tooManyRequests.ts'

/** OWASP's figures of 2024 for scrypt with 32 MiB; about a quarter of a second. */
const COST = { N: 2 ** 15, r: 8, p: 3 }
const SALT_BYTES = 16
const KEY_BYTES = 32
/** A row of `users` must not make a process take all its memory. */
const MAX_MEMORY_BYTES = 512 * 1024 * 1024
/** Each takes 32 MiB and one of Node's four threads, which files, DNS and zlib share. */
const CONCURRENT = 2
/** More would wait longer than a person does. */
const MAX_WAITING = 16
const FORM = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)
const turns = pLimit(CONCURRENT)

type Cost = typeof COST

/** @returns `scrypt$N$r$p$salt$key`. @throws JobuError TOO_MANY_REQUESTS */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await keyOf(password, salt, KEY_BYTES, COST)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), key.toString('base64')].join('$')
}

/**
 * Whether `password` is that of `hash`. Without a hash it does the work of one and says no, so that the time does not
 * tell whether a user exists.
 *
 * @throws JobuError TOO_MANY_REQUESTS
 */
export async function verifyPassword(password: string, hash: string | undefined): Promise<boolean> {
  const parts = hash === undefined ? undefined : FORM.exec(hash)
  const [, n, r, p, salt = '', key = ''] = parts ?? []
  const expected = parts ? Buffer.from(key, 'base64') : randomBytes(KEY_BYTES)
  const cost = parts ? { N: Number(n), r: Number(r), p: Number(p) } : COST
  const saltBytes = parts ? Buffer.from(salt, 'base64') : randomBytes(SALT_BYTES)
  return timingSafeEqual(await keyOf(password, saltBytes, expected.length, cost), expected)
}

/** Whether a hash was made with less work than one would be now. */
export function isOutdated(hash: string): boolean {
  const [, n, r, p] = FORM.exec(hash) ?? []
  return Number(n) * Number(r) * Number(p) < COST.N * COST.r * COST.p || Number(n) < COST.N
}

async function keyOf(password: string, salt: Buffer, length: number, cost: Cost): Promise<Buffer> {
  if (turns.pendingCount >= MAX_WAITING) {
    throw new TooManyRequests('Too many passwords are being checked at once; try again in a moment', 2)
  }
  // What is typed on one keyboard as one character may come as two from another: Hangul from macOS does.
  return turns(() => derive(password.normalize('NFC'), salt, length, { ...cost, maxmem: MAX_MEMORY_BYTES }))
}

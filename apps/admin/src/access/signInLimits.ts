import type { Database } from '@jobu/db'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { TooManyRequests } from '../http/tooManyRequests.ts'
import { clientNetwork } from './clientAddress.ts'
import { sha256 } from './secrets.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Sign-ins that fail one after the other, of one name from one address, before there is a pause between two. */
const FREE_ATTEMPTS = 5
/** The first pause, in seconds; each further one is twice as long, up to the last. */
const FIRST_PAUSE = 5
const LONGEST_PAUSE = 15 * MINUTE
/** Failures from one address, whatever the names, in a quarter of an hour. */
const ADDRESS_ATTEMPTS = 50
/** Failures of one name in an hour, from wherever, after which a new address has one attempt before its pauses begin ... */
const NAME_LOOSE = 100
const STRICT_FIRST_PAUSE = MINUTE
/** ... and after which new addresses are refused. */
const NAME_CAP = 1_000
/** How long an address from which a name has signed in is no new one for it. */
const KNOWN_SECONDS = 30 * DAY

/**
 * Slows down those who guess passwords, over all admin processes. What an attacker does elsewhere never refuses an
 * address from which the name signs in: only its own failures count there. Every name is counted, whether it exists
 * or not.
 *
 * An attempt is counted before its password is checked, and given back when it was right: of a thousand sent at once
 * no more pass than of a thousand sent one by one.
 */
export class SignInLimits {
  readonly #failures: RateLimiterPostgres
  readonly #pauses: RateLimiterPostgres
  readonly #addresses: RateLimiterPostgres
  readonly #names: RateLimiterPostgres
  readonly #known: RateLimiterPostgres
  readonly #audited: RateLimiterPostgres

  constructor(database: Database) {
    const limiter = (keyPrefix: string, points: number, duration: number) =>
      new RateLimiterPostgres({
        storeClient: database,
        storeType: 'pool',
        tableName: 'rate_limits',
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix,
        points,
        duration,
      })
    this.#failures = limiter('failures', FREE_ATTEMPTS, DAY)
    this.#pauses = limiter('pause', 1, LONGEST_PAUSE)
    this.#addresses = limiter('address', ADDRESS_ATTEMPTS, 15 * MINUTE)
    this.#names = limiter('name', NAME_CAP, HOUR)
    this.#known = limiter('known', 1, KNOWN_SECONDS)
    this.#audited = limiter('audited', AUDITED_FAILURES, HOUR)
  }

  /** Counts an attempt. @throws JobuError TOO_MANY_REQUESTS */
  async attempt(name: string, address: string | null): Promise<void> {
    const { pair, network, nameKey } = keysOf(name, address)
    const pause = await this.#pauses.get(pair)
    if (pause) throw refusal(pause.msBeforeNext)

    await pass(this.#addresses.consume(network))
    const isKnown = (await this.#known.get(pair)) !== null
    const ofName = isKnown ? 0 : (await pass(this.#names.consume(nameKey))).consumedPoints
    const isStrict = ofName > NAME_LOOSE
    const failures = (await this.#failures.penalty(pair)).consumedPoints
    const further = failures - (isStrict ? 1 : FREE_ATTEMPTS)
    if (further < 0) return
    const seconds = Math.min((isStrict ? STRICT_FIRST_PAUSE : FIRST_PAUSE) * 2 ** further, LONGEST_PAUSE)
    // Of those that come at the same time one passes: it is the one that begins the pause.
    await pass(this.#pauses.consume(pair, 1, { customDuration: seconds }))
  }

  /** The attempt was right: its name begins anew, and its address is known from now on. */
  async succeeded(name: string, address: string | null): Promise<void> {
    const { pair, network, nameKey } = keysOf(name, address)
    await Promise.all([
      this.#failures.delete(pair),
      this.#pauses.delete(pair),
      this.#names.delete(nameKey),
      this.#addresses.reward(network),
      this.#known.set(pair, 1, KNOWN_SECONDS),
    ])
  }

  /** Whether a failure may still be written to the audit log, which nobody should be able to flood. */
  async mayAudit(): Promise<boolean> {
    return this.#audited.consume('all').then(
      () => true,
      (error) => {
        if (error instanceof RateLimiterRes) return false
        throw error
      },
    )
  }
}

/** Failed sign-ins written to the audit log in an hour; the rest are in the service's log only. */
const AUDITED_FAILURES = 1_000

/** Hashed: people type their password where the name belongs, and a key has a limited length. */
function keysOf(name: string, address: string | null) {
  const folded = name.normalize('NFC').toLowerCase()
  const network = clientNetwork(address ?? 'unknown')
  return { pair: sha256(`${folded}\0${network}`), network, nameKey: sha256(folded) }
}

/** @throws JobuError TOO_MANY_REQUESTS where the limiter refuses; what the database throws */
async function pass(consumed: Promise<RateLimiterRes>): Promise<RateLimiterRes> {
  try {
    return await consumed
  } catch (error) {
    throw error instanceof RateLimiterRes ? refusal(error.msBeforeNext) : error
  }
}

function refusal(waitMs: number): TooManyRequests {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  return new TooManyRequests(`Too many failed sign-ins; try again in ${seconds} s`, seconds)
}

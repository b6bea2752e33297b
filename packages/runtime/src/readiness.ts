import { maskUrls } from './sanitize.ts'

/** Rejects, or throws, with what is wrong. */
export type Check = () => Promise<void> | void

export interface Readiness {
  /** What must work for the service to be ready, by name. */
  required: Record<string, Check>
  /** What it can do without for a while: it is degraded then, and still ready. */
  optional?: Record<string, Check>
}

export interface ReadinessReport {
  status: 'ready' | 'degraded' | 'not ready'
  /** `ok`, or what is wrong, by name. */
  checks: Record<string, string>
}

/** How long one check may take before it counts as failed, in milliseconds. */
const CHECK_TIMEOUT_MS = 3_000
const MAX_REASON_CHARACTERS = 300

/** Runs every check at once, each within its bound. */
export async function checkReadiness({ required, optional = {} }: Readiness): Promise<ReadinessReport> {
  const run = async (checks: Record<string, Check>) =>
    Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await faultOf(check)] as const))
  const [needed, wanted] = await Promise.all([run(required), run(optional)])
  const isWorking = (results: typeof needed) => results.every(([, fault]) => fault === undefined)
  return {
    status: isWorking(needed) ? (isWorking(wanted) ? 'ready' : 'degraded') : 'not ready',
    checks: Object.fromEntries([...needed, ...wanted].map(([name, fault]) => [name, fault ?? 'ok'])),
  }
}

/** What is wrong, in one line without credentials; undefined where nothing is. */
export async function faultOf(check: Check): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS)
  })
  try {
    await Promise.race([check(), timeout])
    return undefined
  } catch (error) {
    return reasonOf(error)
  } finally {
    clearTimeout(timer)
  }
}

/** By shape: an error of another realm is no instance of this Error. Of several at once the message is empty. */
function reasonOf(error: unknown): string {
  const { message, name, errors } = (error ?? {}) as { message?: string; name?: string; errors?: Error[] }
  const text = message || errors?.map((one) => one.message).join(', ') || name || 'failed'
  return maskUrls(text).replace(/\s+/g, ' ').slice(0, MAX_REASON_CHARACTERS)
}

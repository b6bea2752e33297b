import { JobuError } from '@jobu/db'
import type { Request } from 'express'
import type { AdminConfig } from '../config.ts'

/** What a page may make a browser do at most: look. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses a change that a page of another origin made a browser send, unless CORS allows that origin to use
 * credentials. Browsers say it in Sec-Fetch-Site, or (without TLS, or when they are old) in Origin; a program that says
 * neither is no browser, and nobody makes it send what it does not mean.
 *
 * @throws JobuError CSRF_TOKEN_INVALID
 */
export function refuseCrossOrigin(request: Request, { origins, credentials }: AdminConfig['cors']): void {
  if (SAFE.has(request.method)) return
  const origin = request.get('origin')
  const site = request.get('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return
  if (
    site === undefined &&
    (origin === undefined || hostOf(origin) === request.host?.replace(/:(80|443)$/, ''))
  )
    return
  if (origin !== undefined && credentials && origins.includes(origin)) return
  throw new JobuError(
    'CSRF_TOKEN_INVALID',
    `Pages of ${origin ?? 'another origin'} may not change anything here; see cors in config/admin.yaml`,
  )
}

/** Not its scheme: behind a proxy that is not listed, TLS cannot be seen from here. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

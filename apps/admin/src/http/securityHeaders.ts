import type { RequestHandler, Response } from 'express'
import helmet, { contentSecurityPolicy, strictTransportSecurity } from 'helmet'

/** Everything is served from here: pages load, connect and send forms nowhere else, and nobody frames them. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  fontSrc: ["'self'"],
  formAction: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
}

/** The policy of the UI's page: the styles that it makes while it runs carry `response.locals.nonce`. */
export const pagePolicy = contentSecurityPolicy({
  useDefaults: false,
  directives: {
    ...CONTENT_SECURITY_POLICY,
    styleSrc: ["'self'", (_request, response) => `'nonce-${(response as Response).locals.nonce}'`],
  },
})

/** What browsers are told not to do with an answer; to come back by TLS only where this request came by it. */
export function securityHeaders(): RequestHandler[] {
  const hsts = strictTransportSecurity({ maxAge: 31_536_000, includeSubDomains: false })
  return [
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY_POLICY },
      strictTransportSecurity: false,
      xFrameOptions: { action: 'deny' },
    }),
    (request, response, next) => {
      if (request.secure) hsts(request, response, next)
      else next()
    },
  ]
}

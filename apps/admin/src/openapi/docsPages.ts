import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { JobuError } from '@jobu/db'
import { type ErrorRequestHandler, type RequestHandler, type Response, Router } from 'express'
import { redocPage, redocScript, swaggerPage, swaggerScript } from './pageSources.ts'

const require = createRequire(import.meta.url)
const SWAGGER = packageOf('swagger-ui-dist')
const REDOC = packageOf('redoc')

/** What both pages need; all of it comes from here. Redoc and Swagger UI write styles into the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A picture that redoc would load from its maker; the words beside it stay. */
const REDOC_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg'
const NO_IMAGE = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=='

/**
 * Swagger UI at `/docs` and Redoc at `/redoc`, of `/openapi.json`. They load nothing from elsewhere, and the files stay
 * on disk until someone asks.
 *
 * @param guard  finds out who asks; a browser without a session is asked for a name and a password
 */
export function docsPages(guard: RequestHandler): Router {
  const policy: RequestHandler = (_request, response, next) => {
    response.set('Content-Security-Policy', POLICY)
    next()
  }
  const router = Router()
  router.use(['/docs', '/redoc'], guard, policy, offerBasic)
  router.get('/docs', (_request, response) => void response.send(swaggerPage(SWAGGER.version)))
  router.get('/docs/init.js', (_request, response) => void response.type('js').send(swaggerScript))
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
    router.get(`/docs/${file}`, (_request, response) => {
      // By its name below the root: pnpm's folders begin with a dot, and files below such are not sent.
      response.sendFile(file, { root: SWAGGER.directory, cacheControl: false, headers: KEPT })
    })
  }
  router.get('/redoc', (_request, response) => void response.send(redocPage(REDOC.version)))
  router.get('/redoc/init.js', (_request, response) => void response.type('js').send(redocScript))
  router.get('/redoc/redoc.standalone.js', (_request, response) => sendRedoc(response))
  return router
}

/** A browser that opens a page has no other way to say who asks than a session, or this. */
const offerBasic: ErrorRequestHandler = (error, _request, response, next) => {
  const offered = [response.get('WWW-Authenticate') ?? []].flat().join()
  if (error instanceof JobuError && error.code === 'UNAUTHORIZED' && !/\bBasic /.test(offered)) {
    response.append('WWW-Authenticate', 'Basic realm="jobu", charset="UTF-8"')
  }
  next(error)
}

/** Their addresses name the version. */
const KEPT = { 'Cache-Control': 'private, max-age=31536000, immutable' }

async function sendRedoc(response: Response): Promise<void> {
  const source = await readFile(join(REDOC.directory, 'bundles', 'redoc.standalone.js'), 'utf8')
  response.set(KEPT).type('js').send(source.replaceAll(REDOC_LOGO, NO_IMAGE))
}

function packageOf(name: string): { directory: string; version: string } {
  const manifest = require.resolve(`${name}/package.json`)
  return { directory: dirname(manifest), version: (require(manifest) as { version: string }).version }
}

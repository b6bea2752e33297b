import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type RequestHandler, Router } from 'express'
import expressStaticGzip from 'express-static-gzip'
import { pagePolicy } from './securityHeaders.ts'

/** Beside `src` and beside `dist` alike. */
export const WEB_DIRECTORY = fileURLToPath(new URL('../../web/dist', import.meta.url))
const NONCE = 'CSP_NONCE'
/** What is no page of the UI, whatever it is asked as. */
const NOT_PAGES = /^\/(api|docs|redoc|health|ready|metrics|openapi\.json|assets)(\/|$)/

/**
 * The web UI: its files, whose names change with what is in them, kept by browsers for a year; and its one page at every
 * address that a browser opens.
 *
 * @param directory  what Vite built; without it the UI is not there, and the API is
 */
export function webPages(directory = WEB_DIRECTORY): RequestHandler {
  const index = `${directory}/index.html`
  if (!existsSync(index)) return (_request, _response, next) => next()
  const page = readFileSync(index, 'utf8')
  const router = Router()
  router.get(/.*/, (request, response, next) => {
    // Of what asks for anything, as curl does, none is a browser that opens a page.
    if (!isPage(request.path) || !request.get('accept')?.includes('text/html')) return next()
    const nonce = randomBytes(16).toString('base64')
    response.locals.nonce = nonce
    pagePolicy(request, response, (error?: unknown) =>
      error ? next(error) : response.type('html').send(page.replaceAll(NONCE, nonce)),
    )
  })
  router.use(
    expressStaticGzip(directory, {
      index: false,
      enableBrotli: true,
      orderPreference: ['br'],
      serveStatic: {
        setHeaders(response, path) {
          const isNamedByContent = path.startsWith(`${directory}/assets/`)
          response.setHeader(
            'Cache-Control',
            isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache',
          )
        },
      },
    }),
    (_request, response, next) => {
      // Set for a file that is gone since this process started: a build ran meanwhile.
      for (const name of ['Content-Encoding', 'Content-Type']) response.removeHeader(name)
      next()
    },
  )
  return router
}

const isPage = (path: string) => path === '/index.html' || (!NOT_PAGES.test(path) && !/\.\w+$/.test(path))

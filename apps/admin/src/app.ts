import { type Database, JobuError } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import cors from 'cors'
import express, { type Express, type RequestHandler, Router } from 'express'
import { Authenticator } from './access/authenticator.ts'
import { addressTest } from './access/clientAddress.ts'
import { PasswordCheck } from './access/passwordCheck.ts'
import { SignInLimits } from './access/signInLimits.ts'
import type { AdminConfig, SchedulingConfig } from './config.ts'
import { authenticate } from './http/authenticate.ts'
import type { Endpoint } from './http/endpoint.ts'
import { jsonBody } from './http/jsonBody.ts'
import { mount } from './http/mount.ts'
import { requestLog } from './http/requestLog.ts'
import { securityHeaders } from './http/securityHeaders.ts'
import { sendError } from './http/sendError.ts'
import { auditEndpoints } from './routes/audit.ts'
import { authEndpoints } from './routes/auth.ts'
import { cronEndpoints } from './routes/crons.ts'
import { healthEndpoints } from './routes/health.ts'
import { jobEndpoints } from './routes/jobs.ts'
import { tokenEndpoints } from './routes/tokens.ts'
import { userEndpoints } from './routes/users.ts'
import { AuditService } from './services/auditService.ts'
import { CronService } from './services/cronService.ts'
import { HandlerCatalog } from './services/handlerCatalog.ts'
import { JobService } from './services/jobService.ts'
import { SessionService } from './services/sessionService.ts'
import { TokenService } from './services/tokenService.ts'
import { UserService } from './services/userService.ts'

/** A name and a password, whatever their escapes; who has not signed in makes admin read no more. */
const PUBLIC_BODY_LIMIT_BYTES = 16_384

export interface AppDeps {
  /** Opened with `engine`. */
  database: Database
  config: AdminConfig
  scheduling: SchedulingConfig
  logger: Logger
  version: string
}

/** The service as an Express application; whoever calls it listens. */
export function buildApp(deps: AppDeps): Express {
  const { config, logger } = deps
  const { authenticator, service, api: operations } = assemble(deps)
  const guard = authenticate(authenticator, config)
  const options = {
    authenticate: guard,
    readBody: jsonBody(config.body_limit_bytes),
    readPublicBody: jsonBody(PUBLIC_BODY_LIMIT_BYTES),
  }

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', addressTest([...config.trusted_proxies, ...config.auth.proxy.trusted]))
  app.use(requestLog(logger))
  app.use(securityHeaders())
  app.use(corsOf(config))
  app.use(noStore)
  const api = Router().use(mount([...service, ...operations], options))
  app.use(['/api/v1', '/api'], api)
  // Where orchestrators look for them.
  app.use(mount(service, options))
  app.use(guard, (request) => {
    throw new JobuError('NOT_FOUND', `There is no ${request.path}`)
  })
  app.use(sendError(logger))
  return app
}

/** Every operation there is, for whom it is mounted or written down. */
export function endpointsOf(deps: AppDeps): Endpoint[] {
  const { service, api } = assemble(deps)
  return [...service, ...api]
}

function assemble({ database, config, scheduling, logger, version }: AppDeps) {
  const handlers = new HandlerCatalog(database, logger)
  const passwords = new PasswordCheck(database, new SignInLimits(database), logger)
  const authenticator = new Authenticator(database, config, passwords, logger)
  const forget = () => authenticator.forget()
  return {
    authenticator,
    /** Needs no credentials. */
    service: healthEndpoints(database, version),
    api: [
      ...cronEndpoints(new CronService(database, handlers, scheduling)),
      ...jobEndpoints(new JobService(database, handlers)),
      ...authEndpoints(new SessionService(database, config, passwords, forget), config),
      ...userEndpoints(new UserService(database, forget)),
      ...tokenEndpoints(new TokenService(database, forget)),
      ...auditEndpoints(new AuditService(database)),
    ],
  }
}

/** Closed unless origins are configured. */
function corsOf({ cors: { origins, credentials } }: AdminConfig): RequestHandler {
  if (origins.length === 0) return (_request, _response, next) => next()
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    credentials,
    allowedHeaders: ['Authorization', 'Content-Type', 'Last-Event-ID', 'X-CSRF-Token', 'X-Request-Id'],
    exposedHeaders: ['Location', 'X-Request-Id', 'Retry-After'],
    maxAge: 600,
  })
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store')
  next()
}

import { type Database, JobuError } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import cors from 'cors'
import express, { type Express, type RequestHandler, Router } from 'express'
import helmet from 'helmet'
import type { AdminConfig, SchedulingConfig } from './config.ts'
import { authenticate } from './http/authenticate.ts'
import type { Endpoint } from './http/endpoint.ts'
import { jsonBody } from './http/jsonBody.ts'
import { mount } from './http/mount.ts'
import { requestLog } from './http/requestLog.ts'
import { sendError } from './http/sendError.ts'
import { cronEndpoints } from './routes/crons.ts'
import { healthEndpoints } from './routes/health.ts'
import { jobEndpoints } from './routes/jobs.ts'
import { schedulerEndpoints } from './routes/scheduler.ts'
import { CronService } from './services/cronService.ts'
import { HandlerCatalog } from './services/handlerCatalog.ts'
import { JobService } from './services/jobService.ts'
import { SchedulerService } from './services/schedulerService.ts'

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
  const { database, config, logger, version } = deps
  const guard = authenticate(config)
  const options = { authenticate: guard, readBody: jsonBody(config.body_limit_bytes) }

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(requestLog(logger))
  app.use(helmet())
  app.use(corsOf(config))
  app.use(noStore)
  const service = healthEndpoints(database, version)
  const api = Router().use(mount([...service, ...apiEndpoints(deps)], options))
  app.use(['/api/v1', '/api'], api)
  // Where orchestrators look for them.
  app.use(mount(service, options))
  app.use(guard, (request) => {
    throw new JobuError('NOT_FOUND', `There is no ${request.path}`)
  })
  app.use(sendError(logger))
  return app
}

/** Every operation below the API's prefix that needs credentials. */
function apiEndpoints({ database, scheduling, logger }: AppDeps): Endpoint[] {
  const handlers = new HandlerCatalog(database, logger)
  return [
    ...cronEndpoints(new CronService(database, handlers, scheduling)),
    ...jobEndpoints(new JobService(database, handlers)),
    ...schedulerEndpoints(new SchedulerService(database, handlers, scheduling)),
  ]
}

/** Closed unless origins are configured. */
function corsOf({ cors: { origins, credentials } }: AdminConfig): RequestHandler {
  if (origins.length === 0) return (_request, _response, next) => next()
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    credentials,
    exposedHeaders: ['Location', 'X-Request-Id', 'Retry-After'],
    maxAge: 600,
  })
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store')
  next()
}

import { type Database, JobuError } from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import cors from 'cors'
import express, { type Express, type RequestHandler, Router } from 'express'
import helmet from 'helmet'
import type { AdminConfig, SchedulingConfig } from './config.ts'
import { authenticate } from './http/authenticate.ts'
import { jsonBody } from './http/jsonBody.ts'
import { methodNotAllowed } from './http/methodNotAllowed.ts'
import { requestLog } from './http/requestLog.ts'
import { sendError } from './http/sendError.ts'
import { cronsRouter } from './routes/crons.ts'
import { health } from './routes/health.ts'
import { jobsRouter } from './routes/jobs.ts'
import { CronService } from './services/cronService.ts'
import { HandlerCatalog } from './services/handlerCatalog.ts'
import { JobService } from './services/jobService.ts'

export interface AppDeps {
  /** Opened with `engine`. */
  database: Database
  config: AdminConfig
  scheduling: SchedulingConfig
  logger: Logger
  version: string
}

/** The service as an Express application; whoever calls it listens. */
export function buildApp({ database, config, scheduling, logger, version }: AppDeps): Express {
  const handlers = new HandlerCatalog(database, logger)
  const api = Router()
  api.use('/crons', cronsRouter(new CronService(database, handlers, scheduling)))
  api.use('/jobs', jobsRouter(new JobService(database, handlers)))

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(requestLog(logger))
  app.use(helmet())
  app.use(corsOf(config))
  for (const prefix of ['', '/api/v1', '/api']) {
    app.route(`${prefix}/health`).get(health(database, version)).all(methodNotAllowed)
  }
  app.use(authenticate(config))
  app.use('/api', noStore, jsonBody(config.body_limit_bytes))
  app.use(['/api/v1', '/api'], api)
  app.use((request) => {
    throw new JobuError('NOT_FOUND', `There is no ${request.path}`)
  })
  app.use(sendError(logger))
  return app
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

import { checkNotBehind, type Database, JobuError, readQueueFigures } from '@jobu/db'
import { addQueueMetrics, type Logger, type Readiness } from '@jobu/runtime'
import cors from 'cors'
import express, { type Express, type RequestHandler, Router } from 'express'
import helmet from 'helmet'
import { AdminMetrics } from './adminMetrics.ts'
import type { AdminConfig, SchedulingConfig } from './config.ts'
import { authenticate } from './http/authenticate.ts'
import type { Endpoint } from './http/endpoint.ts'
import { jsonBody } from './http/jsonBody.ts'
import { mount } from './http/mount.ts'
import { requestLog } from './http/requestLog.ts'
import { sendError } from './http/sendError.ts'
import { cronEndpoints } from './routes/crons.ts'
import { handlerEndpoints } from './routes/handlers.ts'
import { healthEndpoints } from './routes/health.ts'
import { jobEndpoints } from './routes/jobs.ts'
import { metricsEndpoints } from './routes/metrics.ts'
import { workerEndpoints } from './routes/workers.ts'
import { CronService } from './services/cronService.ts'
import { HandlerCatalog } from './services/handlerCatalog.ts'
import { HandlerService } from './services/handlerService.ts'
import { JobService } from './services/jobService.ts'
import { WorkerService } from './services/workerService.ts'

export interface AppDeps {
  /** Opened with `engine`. */
  database: Database
  config: AdminConfig
  scheduling: SchedulingConfig
  logger: Logger
  version: string
  /** What else `/ready` looks at. */
  readiness?: Partial<Readiness>
}

/** The service as an Express application; whoever calls it listens. */
export function buildApp(deps: AppDeps): Express {
  const { database, config, logger, version } = deps
  const guard = authenticate(config)
  const metrics = new AdminMetrics()
  metrics.watchDatabases({ engine: database })
  addQueueMetrics(metrics.registry, () => readQueueFigures(database))
  const options = { authenticate: guard, readBody: jsonBody(config.body_limit_bytes) }

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(metrics.middleware)
  app.use(requestLog(logger))
  app.use(helmet())
  app.use(corsOf(config))
  app.use(noStore)
  const service = [...healthEndpoints(database, version, readinessOf(deps)), ...metricsEndpoints(metrics)]
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
    ...workerEndpoints(new WorkerService(database)),
    ...handlerEndpoints(new HandlerService(database)),
  ]
}

function readinessOf({ database, readiness }: AppDeps): Readiness {
  return {
    required: {
      database: async () => void (await database.query('SELECT 1')),
      migrations: () => checkNotBehind(database),
      ...readiness?.required,
    },
    optional: readiness?.optional ?? {},
  }
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

import { checkNotBehind, type Database, JobuError, readQueueFigures } from '@jobu/db'
import { addQueueMetrics, type Logger, type Readiness } from '@jobu/runtime'
import cors from 'cors'
import express, { type Express, type RequestHandler, Router } from 'express'
import { Authenticator } from './access/authenticator.ts'
import { addressTest } from './access/clientAddress.ts'
import { PasswordCheck } from './access/passwordCheck.ts'
import { SignInLimits } from './access/signInLimits.ts'
import { AdminMetrics } from './adminMetrics.ts'
import type { AdminConfig, SchedulingConfig } from './config.ts'
import type { EventHub } from './events/eventHub.ts'
import { JobLogStream } from './events/jobLogStream.ts'
import { ForecastService } from './forecast/forecastService.ts'
import { authenticate } from './http/authenticate.ts'
import type { Endpoint } from './http/endpoint.ts'
import { jsonBody } from './http/jsonBody.ts'
import { mount } from './http/mount.ts'
import { requestLog } from './http/requestLog.ts'
import { securityHeaders } from './http/securityHeaders.ts'
import { sendError } from './http/sendError.ts'
import { webPages } from './http/webPages.ts'
import { buildDocument } from './openapi/buildDocument.ts'
import { docsPages } from './openapi/docsPages.ts'
import { artifactEndpoints } from './routes/artifacts.ts'
import { auditEndpoints } from './routes/audit.ts'
import { authEndpoints } from './routes/auth.ts'
import { cronEndpoints } from './routes/crons.ts'
import { documentEndpoints } from './routes/document.ts'
import { eventEndpoints } from './routes/events.ts'
import { forecastEndpoints } from './routes/forecast.ts'
import { handlerEndpoints } from './routes/handlers.ts'
import { healthEndpoints } from './routes/health.ts'
import { jobEndpoints } from './routes/jobs.ts'
import { metricsEndpoints } from './routes/metrics.ts'
import { minuteEndpoints } from './routes/minutes.ts'
import { queueEndpoints } from './routes/queues.ts'
import { scheduleGridEndpoints } from './routes/scheduleGrid.ts'
import { scheduleRunEndpoints } from './routes/scheduleRuns.ts'
import { schedulerEndpoints } from './routes/scheduler.ts'
import { scheduleStatisticsEndpoints } from './routes/scheduleStatistics.ts'
import { scheduleEndpoints } from './routes/schedules.ts'
import { statsEndpoints } from './routes/stats.ts'
import { tokenEndpoints } from './routes/tokens.ts'
import { userEndpoints } from './routes/users.ts'
import { workerEndpoints } from './routes/workers.ts'
import { ArtifactService } from './services/artifactService.ts'
import { AuditService } from './services/auditService.ts'
import { CronService } from './services/cronService.ts'
import { HandlerCatalog } from './services/handlerCatalog.ts'
import { HandlerService } from './services/handlerService.ts'
import { JobService } from './services/jobService.ts'
import { MinuteService } from './services/minuteService.ts'
import { QueueService } from './services/queueService.ts'
import { ScheduleGridService } from './services/scheduleGridService.ts'
import { ScheduleRunService } from './services/scheduleRunService.ts'
import { SchedulerService } from './services/schedulerService.ts'
import { ScheduleService } from './services/scheduleService.ts'
import { ScheduleStatsService } from './services/scheduleStatsService.ts'
import { SessionService } from './services/sessionService.ts'
import { StatsService } from './services/statsService.ts'
import { TokenService } from './services/tokenService.ts'
import { UserService } from './services/userService.ts'
import { WorkerService } from './services/workerService.ts'

/** A name and a password, whatever their escapes; who has not signed in makes admin read no more. */
const PUBLIC_BODY_LIMIT_BYTES = 16_384

export interface AppDeps {
  /** Opened with `engine`. */
  database: Database
  events: EventHub
  config: AdminConfig
  scheduling: SchedulingConfig
  logger: Logger
  version: string
  /** What else `/ready` looks at. */
  readiness?: Partial<Readiness>
}

/** The service as an Express application; whoever calls it listens. `app.locals.openapi()` builds its document. */
export function buildApp(deps: AppDeps): Express {
  const { config, logger } = deps
  const { authenticator, metrics, service, api: operations, document } = assemble(deps)
  const guard = authenticate(authenticator, config, metrics)
  const options = {
    authenticate: guard,
    readBody: jsonBody(config.body_limit_bytes),
    readPublicBody: jsonBody(PUBLIC_BODY_LIMIT_BYTES),
  }

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', addressTest([...config.trusted_proxies, ...config.auth.proxy.trusted]))
  app.use(metrics.middleware)
  app.use(requestLog(logger))
  app.use(securityHeaders())
  app.use(corsOf(config))
  app.use(noStore)
  app.locals.openapi = document
  const api = Router().use(mount([...service, ...operations], options))
  app.use(['/api/v1', '/api'], api)
  // Where orchestrators look for them.
  app.use(mount(service, options))
  app.use(docsPages(guard))
  app.use(webPages())
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

function assemble(deps: AppDeps) {
  const { database, events, config, scheduling, logger, version } = deps
  const metrics = new AdminMetrics(() => events.streams.size)
  metrics.watchDatabases({ engine: database })
  addQueueMetrics(metrics.registry, () => readQueueFigures(database))
  const handlers = new HandlerCatalog(database, logger)
  const passwords = new PasswordCheck(database, new SignInLimits(database), logger, metrics)
  const authenticator = new Authenticator(database, config, passwords, logger)
  const forget = () => authenticator.forget()
  const document = () => buildDocument([...service, ...api], { version })
  /** Also found at the root, where orchestrators and tools look. */
  const service: Endpoint[] = [
    ...healthEndpoints(database, version, readinessOf(deps)),
    ...metricsEndpoints(metrics),
    ...documentEndpoints(document),
  ]
  const api: Endpoint[] = [
    ...cronEndpoints(new CronService(database, handlers, scheduling)),
    ...jobEndpoints(new JobService(database, handlers), new JobLogStream(database, events)),
    ...scheduleEndpoints(new ScheduleService(database, handlers, scheduling)),
    ...scheduleRunEndpoints(new ScheduleRunService(database, scheduling.airflow)),
    ...scheduleGridEndpoints(new ScheduleGridService(database)),
    ...scheduleStatisticsEndpoints(new ScheduleStatsService(database, config.display_timezone)),
    ...artifactEndpoints(new ArtifactService(database)),
    ...workerEndpoints(new WorkerService(database)),
    ...handlerEndpoints(new HandlerService(database)),
    ...schedulerEndpoints(new SchedulerService(database, handlers, scheduling)),
    ...authEndpoints(new SessionService(database, config, passwords, forget), config),
    ...userEndpoints(new UserService(database, forget)),
    ...tokenEndpoints(new TokenService(database, forget)),
    ...auditEndpoints(new AuditService(database)),
    ...statsEndpoints(new StatsService(database, config.display_timezone)),
    ...forecastEndpoints(new ForecastService(database, scheduling)),
    ...minuteEndpoints(new MinuteService(database)),
    ...queueEndpoints(new QueueService(database)),
    ...eventEndpoints(events),
  ]
  return { authenticator, metrics, service, api, document }
}

function readinessOf({ database, events, readiness }: AppDeps): Readiness {
  return {
    required: {
      database: async () => void (await database.query('SELECT 1')),
      migrations: () => checkNotBehind(database),
      ...readiness?.required,
    },
    optional: {
      events: () => {
        if (!events.isListening) throw new Error('not listening; clients read anew once it is')
      },
      ...readiness?.optional,
    },
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

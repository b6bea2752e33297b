import access from './access.ts'
import audit from './audit.ts'
import calendar from './calendar.ts'
import common from './common.ts'
import cron from './cron.ts'
import crons from './crons.ts'
import forecast from './forecast.ts'
import handlers from './handlers.ts'
import job from './job.ts'
import jobs from './jobs.ts'
import overview from './overview.ts'
import palette from './palette.ts'
import reasons from './reasons.ts'
import settings from './settings.ts'
import workers from './workers.ts'

export default {
  common,
  overview,
  crons,
  cron,
  jobs,
  job,
  calendar,
  forecast,
  workers,
  handlers,
  audit,
  access,
  palette,
  settings,
  reasons,
}

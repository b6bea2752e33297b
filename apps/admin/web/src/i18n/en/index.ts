import access from './access.ts'
import audit from './audit.ts'
import calendar from './calendar.ts'
import common from './common.ts'
import cron from './cron.ts'
import cronActions from './cronActions.ts'
import cronForm from './cronForm.ts'
import crons from './crons.ts'
import forecast from './forecast.ts'
import handlers from './handlers.ts'
import job from './job.ts'
import jobs from './jobs.ts'
import overview from './overview.ts'
import palette from './palette.ts'
import params from './params.ts'
import reasons from './reasons.ts'
import settings from './settings.ts'
import workers from './workers.ts'

export default {
  access,
  audit,
  calendar,
  common,
  cron,
  cronActions,
  cronForm,
  crons,
  forecast,
  handlers,
  job,
  jobs,
  overview,
  palette,
  params,
  reasons,
  settings,
  workers,
}

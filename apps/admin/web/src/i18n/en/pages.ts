import audit from './audit.ts'
import calendar from './calendar.ts'
import cron from './cron.ts'
import cronActions from './cronActions.ts'
import cronForm from './cronForm.ts'
import crons from './crons.ts'
import forecast from './forecast.ts'
import handlers from './handlers.ts'
import job from './job.ts'
import jobs from './jobs.ts'
import params from './params.ts'
import workers from './workers.ts'

/** The texts of the pages that are opened from there. */
export default {
  audit,
  calendar,
  cron,
  cronActions,
  cronForm,
  crons,
  forecast,
  handlers,
  job,
  jobs,
  params,
  workers,
}

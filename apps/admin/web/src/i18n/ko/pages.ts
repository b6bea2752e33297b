import artifacts from './artifacts.ts'
import audit from './audit.ts'
import calendar from './calendar.ts'
import cron from './cron.ts'
import cronActions from './cronActions.ts'
import cronForm from './cronForm.ts'
import crons from './crons.ts'
import dag from './dag.ts'
import forecast from './forecast.ts'
import handlers from './handlers.ts'
import job from './job.ts'
import jobs from './jobs.ts'
import params from './params.ts'
import run from './run.ts'
import scheduleCalendar from './scheduleCalendar.ts'
import scheduleForm from './scheduleForm.ts'
import schedules from './schedules.ts'
import workers from './workers.ts'

/** The texts of the pages that are opened from there. */
export default {
  artifacts,
  audit,
  calendar,
  cron,
  cronActions,
  cronForm,
  crons,
  dag,
  forecast,
  handlers,
  job,
  jobs,
  params,
  run,
  scheduleCalendar,
  scheduleForm,
  schedules,
  workers,
}

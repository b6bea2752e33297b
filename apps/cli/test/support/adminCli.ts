import { startTestApp, TOKEN } from '../../../admin/test/support/startTestApp.ts'
import { cliFor } from './cli.ts'

/** A real admin on a database of its own, and commands against it. */
export async function startAdminCli() {
  const app = await startTestApp()
  const url = new URL(app.anonymous.get('/').url).origin
  const client = cliFor(url, TOKEN)
  return {
    ...client,
    app,
    url,
    /** Takes every cron and job away. */
    async clear() {
      await app.database.query('DELETE FROM job_executions')
      await app.database.query('DELETE FROM cron_jobs')
    },
    async stop() {
      client.clean()
      await app.stop()
    },
  }
}

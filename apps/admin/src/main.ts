import { databaseConfigNamed } from '@jobu/db'
import { createLogger, loadDatabaseConfig, runService } from '@jobu/runtime'
import { loadAdminConfig, loadSchedulingConfig } from './config.ts'
import { startAdmin } from './startAdmin.ts'

await runService('admin', async () => {
  const config = loadAdminConfig()
  const database = databaseConfigNamed(loadDatabaseConfig(), config.database)
  return startAdmin(config, loadSchedulingConfig(), database, createLogger('admin'))
})

import { loadAirflowConfig } from '@jobu/airflow'
import { databaseConfigNamed } from '@jobu/db'
import { createLogger, loadDatabaseConfig, runService } from '@jobu/runtime'
import { loadDispatcherConfig } from './config.ts'
import { startDispatcher } from './startDispatcher.ts'

await runService('dispatcher', async () => {
  const config = loadDispatcherConfig()
  const database = databaseConfigNamed(loadDatabaseConfig(), config.database)
  return startDispatcher(config, database, createLogger('dispatcher'), loadAirflowConfig())
})

import { createLogger, loadDatabaseConfig, runService } from '@jobu/runtime'
import { loadWorkerConfig } from './config.ts'
import { startWorker } from './startWorker.ts'

await runService('worker', async () =>
  startWorker(loadWorkerConfig(), loadDatabaseConfig(), createLogger('worker')),
)

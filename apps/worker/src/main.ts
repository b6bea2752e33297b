import { createLogger, loadDatabaseConfig, runService } from '@jobu/runtime'
import { loadWorkerConfig } from './config.ts'
import { startWorker } from './startWorker.ts'
import { containStrayErrors } from './strayErrors.ts'

await runService('worker', async () => {
  const worker = await startWorker(loadWorkerConfig(), loadDatabaseConfig(), createLogger('worker'))
  containStrayErrors(worker.reportStrayError)
  return worker
})

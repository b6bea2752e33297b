import type { HandlerContext } from '../../src/index.ts'
import { memoryArtifacts } from './memoryArtifacts.ts'

export interface RecordedLine {
  level: string
  message: string
  fields?: object
}

/** A context that records what the handler logs and reports; a database is only there where `overrides` bring it. */
export function aContext(
  overrides: Partial<HandlerContext> & { onLine?: (line: RecordedLine) => void } = {},
): HandlerContext & { lines: RecordedLine[]; steps: { percent: number; step?: string }[] } {
  const { onLine, ...context } = overrides
  const lines: RecordedLine[] = []
  const steps: { percent: number; step?: string }[] = []
  const log = (level: string) => (message: string, fields?: object) => {
    const line = { level, message, fields }
    lines.push(line)
    onLine?.(line)
  }
  const noDatabase = () => {
    throw new Error('this test has no database and no folder')
  }
  return {
    signal: new AbortController().signal,
    attempt: 1,
    execution: {
      id: 1,
      jobId: null,
      cronName: null,
      handlerName: 'test',
      scheduledTime: new Date('2026-01-01T00:00:00Z'),
      paramSource: 'api',
      retryCount: 0,
      maxRetry: 0,
      queue: 'default',
      priority: 0,
      taskRunId: null,
    },
    artifacts: memoryArtifacts().artifacts,
    task: async () => null,
    workDir: noDatabase,
    progress: (percent, step) => steps.push({ percent, step }),
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    transaction: noDatabase,
    getConnection: noDatabase,
    transactional: noDatabase,
    transactionalReadonly: noDatabase,
    lines,
    steps,
    ...context,
  }
}

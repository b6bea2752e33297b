import { createHash } from 'node:crypto'
import type { TriggerRule } from '@jobu/db'
import type { AirflowConfig } from './config.ts'
import { DAG_PROGRAM } from './dagProgram.ts'

export const OPERATORS = ['jobu', 'bash', 'python', 'http'] as const
export type Operator = (typeof OPERATORS)[number]

/** A task as its DAG file carries it. */
export interface DagTask {
  key: string
  /** Default `jobu`: a job of jobu's, whose end the task waits for. */
  operator: Operator
  handlerName: string | null
  /** Of `bash` {command, env?}, of `python` {code, params?}, of `http` as that handler has them. */
  params: Record<string, unknown>
  dependsOn: string[]
  triggerRule: TriggerRule
  maxRetry: number
  retryDelaySeconds: number
  retryBackoff: 'fixed' | 'exponential'
  timeoutSeconds: number | null
  priority: number
  queue: string
}

/** A schedule as its DAG file carries it. */
export interface DagSchedule {
  id: number
  title: string
  description: string | null
  owner: string | null
  tags: string[]
  cronExpression: string | null
  isOnce: boolean
  timezone: string
  startDate: Date | null
  endDate: Date | null
  /** Since when it runs there: no slot before it is made up for. */
  activeSince: Date
  maxActiveRuns: number
  tasks: DagTask[]
}

export interface DagFile {
  dagId: string
  fileName: string
  text: string
  /** The DAG has it as a tag once Airflow has read this very text. */
  fingerprint: string
}

/** Airflow stores no longer one. */
const MAX_TAG_CHARS = 100
const LINE_CHARS = 120
const HEADER = `# Written by jobu, and written anew when the schedule changes: edit that instead.
# What is particular about this DAG is DATA, which is decoded and never run, but for the code of tasks of the python operator.
`

export const dagIdOf = (scheduleId: number): string => `jobu_${scheduleId}`

/** The DAG file of a schedule. Equal schedules have equal files. */
export function renderDag(schedule: DagSchedule, config: AirflowConfig): DagFile {
  const dagId = dagIdOf(schedule.id)
  const start = [schedule.startDate, schedule.isOnce ? null : schedule.activeSince]
    .filter((at) => at !== null)
    .map((at) => at.getTime() / 1000)
  const data = {
    dag_id: dagId,
    title: schedule.title,
    description: [schedule.title, schedule.description].filter(Boolean).join('\n\n'),
    owner: schedule.owner ?? 'jobu',
    cron: schedule.cronExpression,
    is_once: schedule.isOnce,
    timezone: schedule.timezone,
    start: Math.max(...start),
    end: schedule.endDate && schedule.endDate.getTime() / 1000,
    max_active_runs: schedule.maxActiveRuns,
    jobu: { url: config.jobu_url, token: config.jobu_token, poll_seconds: config.job_poll_seconds },
    tasks: schedule.tasks.map((task) => ({
      key: task.key,
      operator: task.operator,
      handler_name: task.handlerName,
      params: task.params,
      depends_on: task.dependsOn,
      trigger_rule: task.triggerRule,
      max_retry: task.maxRetry,
      retry_delay_seconds: task.retryDelaySeconds,
      retry_backoff: task.retryBackoff,
      timeout_seconds: task.timeoutSeconds,
      priority: task.priority,
      queue: task.queue,
    })),
  }
  const own = schedule.tags.filter((tag) => !tag.startsWith('jobu:') && tag.length <= MAX_TAG_CHARS)
  const text = (tags: string[]) => programWith({ ...data, tags })
  const fingerprint = `jobu:${createHash('sha256').update(text(own)).digest('hex').slice(0, 16)}`
  return {
    dagId,
    fileName: `${dagId}.py`,
    text: text([...new Set(['jobu', ...own, fingerprint])]),
    fingerprint,
  }
}

/** Base64 has nothing that could end a Python string. */
function programWith(data: unknown): string {
  const encoded = Buffer.from(JSON.stringify(data)).toString('base64')
  const lines = encoded.match(new RegExp(`.{1,${LINE_CHARS}}`, 'g')) ?? []
  return `${HEADER}DATA = """\n${lines.join('\n')}\n"""\n${DAG_PROGRAM}`
}

import type { ErrorDetail } from '@jobu/db'
import { z } from 'zod'
import { OPERATORS } from './renderDag.ts'

/** A task as the API takes it, where it is to run in Airflow. */
export interface CheckedTask {
  key: string
  operator?: string
  handler_name?: string
  params?: Record<string, unknown>
  [key: string]: unknown
}
export interface CheckedSchedule {
  cron_expression?: string | null
  day_match?: string
  overlap_policy?: string
  tasks: CheckedTask[]
}

/** Crons that jobu and Airflow read alike: five fields, no L beyond the last day, no W, # or H. */
const COMMON_FIELD =
  /^(\*|[A-Za-z0-9]+(-[A-Za-z0-9]+)?)(\/\d+)?(,(\*|[A-Za-z0-9]+(-[A-Za-z0-9]+)?)(\/\d+)?)*$/
const NAMES = /^([A-Z]{3})$/i
const PARTS = ['schedule_id', 'approval', 'wait_for', 'for_each', 'condition'] as const

const PARAMS = {
  bash: z.strictObject({ command: z.string().min(1), env: z.record(z.string(), z.string()).optional() }),
  python: z.strictObject({
    code: z.string().min(1),
    params: z.record(z.string(), z.unknown()).optional(),
  }),
  http: z.looseObject({ url: z.url({ protocol: /^https?$/ }) }),
}

/** What of a schedule Airflow cannot do, every fault by its field; none: it can run there. */
export function airflowFaults(schedule: CheckedSchedule): ErrorDetail[] {
  const faults: ErrorDetail[] = []
  const refuse = (field: string, message: string, received?: unknown) =>
    faults.push({ field, message, ...(received === undefined ? {} : { received }) })
  const { cron_expression: cron, day_match, overlap_policy } = schedule
  if (cron && !isCommonCron(cron)) {
    refuse('cron_expression', 'Airflow reads five fields of numbers, names, lists, ranges and steps', cron)
  }
  if (day_match === 'and') refuse('day_match', 'Airflow knows only "or"', day_match)
  if (overlap_policy === 'replace') refuse('overlap_policy', 'Airflow cannot replace a run', overlap_policy)

  schedule.tasks.forEach((task, index) => {
    const field = `tasks[${index}]`
    const operator = task.operator ?? 'jobu'
    for (const part of PARTS) {
      if (task[part] !== undefined)
        refuse(`${field}.${part}`, 'Airflow cannot do this, it needs engine "jobu"')
    }
    if (!OPERATORS.some((known) => known === operator)) {
      refuse(`${field}.operator`, `expected one of ${OPERATORS.join(', ')}`, operator)
    } else if (operator === 'jobu') {
      if (hasExpression(task.params)) {
        refuse(`${field}.params`, 'expressions are evaluated by engine "jobu" only')
      }
    } else {
      const parsed = PARAMS[operator as keyof typeof PARAMS].safeParse(task.params ?? {})
      for (const issue of parsed.error?.issues ?? []) {
        refuse([`${field}.params`, ...issue.path].join('.'), issue.message)
      }
    }
  })
  return faults
}

function isCommonCron(cron: string): boolean {
  const fields = cron.trim().split(/\s+/)
  if (fields.length !== 5) return false
  return fields.every((text, index) => {
    if (index === 2 && text === 'L') return true
    if (!COMMON_FIELD.test(text)) return false
    const words = text.split(/[,/-]/).filter((word) => /[A-Za-z]/.test(word))
    return words.every((word) => index >= 3 && NAMES.test(word))
  })
}

function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{')
  return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression)
}

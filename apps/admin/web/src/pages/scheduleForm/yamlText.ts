import { isNode, LineCounter, parseDocument, stringify } from 'yaml'
import type { ScheduleBody } from '../../api/scheduleTypes.ts'
import { TASK_KEY } from './editTasks.ts'
import { type PlacedFault, stepsOf } from './faults.ts'

export const yamlOf = (schedule: ScheduleBody) => stringify(schedule, { lineWidth: 100 })

/** What keeps a text from being a schedule, with the line it is in, from 1. `code` is of `scheduleForm:yaml`. */
export interface YamlProblem {
  line: number
  code: 'syntax' | 'object' | 'tasks' | 'task' | 'key' | 'twice' | 'type'
  /** What the words of the code name, as the parser says it, or the field. */
  what: string
}

type Kind = 'text' | 'number' | 'boolean' | 'list' | 'texts' | 'object'
const SCHEDULE: Record<string, Kind> = {
  title: 'text',
  description: 'text',
  owner: 'text',
  tags: 'texts',
  engine: 'text',
  cron_expression: 'text',
  frequency: 'text',
  time: 'text',
  minute: 'number',
  day_of_week: 'number',
  day_of_month: 'number',
  timezone: 'text',
  day_match: 'text',
  start_date: 'text',
  end_date: 'text',
  is_enabled: 'boolean',
  overlap_policy: 'text',
  max_active_runs: 'number',
  misfire_policy: 'text',
  misfire_limit: 'number',
  misfire_grace_seconds: 'number',
  notifications: 'object',
  tasks: 'list',
}
const TASK: Record<string, Kind> = {
  description: 'text',
  handler_name: 'text',
  schedule_id: 'number',
  approval: 'object',
  wait_for: 'object',
  params: 'object',
  depends_on: 'texts',
  trigger_rule: 'text',
  max_retry: 'number',
  retry_delay_seconds: 'number',
  retry_backoff: 'text',
  timeout_seconds: 'number',
  condition: 'text',
  priority: 'number',
  queue: 'text',
  operator: 'text',
}
const NOTIFICATIONS: Record<string, Kind> = {
  on_success: 'boolean',
  on_failure: 'boolean',
  recipients: 'texts',
  webhooks: 'list',
  templates: 'object',
}

/**
 * A text as a schedule that the form can show, or why it is none. What else is wrong with it the server says: only what
 * no field could hold is refused here.
 */
export function readYaml(
  text: string,
):
  | { schedule: ScheduleBody; lineOf: (fault: PlacedFault) => number | undefined }
  | { problems: YamlProblem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  if (document.errors.length > 0)
    return {
      problems: document.errors.map(({ pos, message }) => ({
        line: lines.linePos(pos[0]).line,
        code: 'syntax',
        what: message,
      })),
    }
  const lineAt = (steps: Array<string | number>): number => {
    for (let end = steps.length; end > 0; end--) {
      const node = document.getIn(steps.slice(0, end), true)
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
    }
    return 1
  }
  const value: unknown = document.toJS()
  const problems = problemsOf(value).map(({ at, ...problem }) => ({ ...problem, line: lineAt(at) }))
  if (problems.length > 0) return { problems }
  const given = value as Partial<ScheduleBody>
  // The order it was written in is kept.
  const schedule = { ...given, tasks: given.tasks ?? [] } as ScheduleBody
  return {
    schedule,
    lineOf: ({ path }) =>
      path === ''
        ? undefined
        : lineAt(stepsOf(path).map((step) => (/^\d+$/.test(step) ? Number(step) : step))),
  }
}

type Found = Omit<YamlProblem, 'line'> & { at: Array<string | number> }

function problemsOf(value: unknown): Found[] {
  if (!isObject(value)) return [{ at: [], code: 'object', what: '' }]
  const found = wrongTypes(value, SCHEDULE, [])
  if (isObject(value.notifications))
    found.push(...wrongTypes(value.notifications, NOTIFICATIONS, ['notifications']))
  const tasks = value.tasks ?? []
  if (!Array.isArray(tasks)) return found
  const seen = new Set<string>()
  tasks.forEach((task: unknown, index) => {
    const at = ['tasks', index]
    if (!isObject(task)) {
      found.push({ at, code: 'task', what: '' })
      return
    }
    const key = task.key
    if (typeof key !== 'string' || !TASK_KEY.test(key))
      found.push({ at: [...at, 'key'], code: 'key', what: String(key ?? '') })
    else if (seen.has(key)) found.push({ at: [...at, 'key'], code: 'twice', what: key })
    else seen.add(key)
    found.push(...wrongTypes(task, TASK, at))
  })
  return found
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const FITS: Record<Kind, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  list: Array.isArray,
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  object: isObject,
}

const wrongTypes = (value: Record<string, unknown>, kinds: Record<string, Kind>, at: Found['at']): Found[] =>
  Object.entries(kinds).flatMap(([field, kind]) => {
    const one = value[field]
    return one === undefined || one === null || FITS[kind](one)
      ? []
      : [{ at: [...at, field], code: 'type', what: field }]
  })

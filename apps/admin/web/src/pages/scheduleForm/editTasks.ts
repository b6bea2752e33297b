import type { ScheduleBody, TaskDefinition, TaskKind } from '../../api/scheduleTypes.ts'
import { cycleClosedBy } from '../../components/dag/graph.ts'

export const TASK_KEY = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/

const withTasks = (schedule: ScheduleBody, tasks: TaskDefinition[]): ScheduleBody => ({ ...schedule, tasks })
export const nodesOf = ({ tasks }: ScheduleBody) =>
  tasks.map(({ key, depends_on }) => ({ key, dependsOn: depends_on ?? [] }))

/** A key that no task has yet. */
function freeKey({ tasks }: ScheduleBody, base: string): string {
  const taken = new Set(tasks.map(({ key }) => key))
  const stem = base.replace(/_\d+$/, '').slice(0, 58)
  for (let number = 1; ; number++) if (!taken.has(`${stem}_${number}`)) return `${stem}_${number}`
}

/** One more task. @param after  what it waits for */
export function addTask(schedule: ScheduleBody, after?: string): { schedule: ScheduleBody; key: string } {
  const key = freeKey(schedule, 'task')
  const task: TaskDefinition = { key, ...(after !== undefined && { depends_on: [after] }) }
  return { schedule: withTasks(schedule, [...schedule.tasks, task]), key }
}

/** A copy of a task beside it: it waits for the same. */
export function copyTask(schedule: ScheduleBody, key: string): { schedule: ScheduleBody; key: string } {
  const copy = freeKey(schedule, key)
  const at = schedule.tasks.findIndex((task) => task.key === key)
  return {
    schedule: withTasks(schedule, schedule.tasks.toSpliced(at + 1, 0, { ...schedule.tasks[at]!, key: copy })),
    key: copy,
  }
}

export const changeTask = (
  schedule: ScheduleBody,
  key: string,
  change: Partial<TaskDefinition>,
): ScheduleBody =>
  withTasks(
    schedule,
    schedule.tasks.map((task) => (task.key === key ? withoutNothing({ ...task, ...change }) : task)),
  )

/** Of a task as of the settings: what is empty is not said. */
export function withoutNothing<T extends object>(value: T): T {
  return Object.fromEntries(
    Object.entries(value).filter(
      ([field, one]) =>
        one !== undefined &&
        one !== '' &&
        (one !== null || field === 'schedule_id') &&
        !(Array.isArray(one) && one.length === 0 && field !== 'tasks' && field !== 'for_each') &&
        !(field === 'params' && Object.keys(one as object).length === 0),
    ),
  ) as T
}

/** Gives a task another key, also where others wait for it or read its result. */
export function renameTask(schedule: ScheduleBody, from: string, to: string): ScheduleBody {
  const name = (key: string) =>
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? `tasks.${key}` : `tasks[${JSON.stringify(key)}]`
  const quoted = from.replace(/[-]/g, '\\-')
  const mention = new RegExp(`\\btasks(?:\\.${quoted}(?![A-Za-z0-9_])|\\[["']${quoted}["']\\])`, 'g')
  const renamed = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replace(mention, () => name(to))
    if (Array.isArray(value)) return value.map(renamed)
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([field, one]) => [field, renamed(one)]))
    return value
  }
  return withTasks(
    schedule,
    schedule.tasks.map((task) => ({
      ...task,
      ...(task.key === from && { key: to }),
      ...(task.depends_on && { depends_on: task.depends_on.map((key) => (key === from ? to : key)) }),
      ...(task.condition && { condition: renamed(task.condition) as string }),
      ...(task.for_each && { for_each: renamed(task.for_each) as string }),
      ...(task.params && { params: renamed(task.params) as Record<string, unknown> }),
    })),
  )
}

/** Without some tasks; nobody waits for them any more. */
export function removeTasks(schedule: ScheduleBody, keys: string[]): ScheduleBody {
  const gone = new Set(keys)
  return withTasks(
    schedule,
    schedule.tasks
      .filter(({ key }) => !gone.has(key))
      .map((task) =>
        task.depends_on?.some((key) => gone.has(key))
          ? withoutNothing({ ...task, depends_on: task.depends_on.filter((key) => !gone.has(key)) })
          : task,
      ),
  )
}

/** Lets `child` wait for `parent`, unless that closes a cycle, which is then what comes back. */
export function connect(
  schedule: ScheduleBody,
  parent: string,
  child: string,
): { schedule: ScheduleBody; cycle: null } | { cycle: string[] } {
  const cycle = cycleClosedBy(nodesOf(schedule), parent, child)
  if (cycle) return { cycle }
  const task = schedule.tasks.find(({ key }) => key === child)
  if (!task || task.depends_on?.includes(parent)) return { schedule, cycle: null }
  return {
    schedule: changeTask(schedule, child, { depends_on: [...(task.depends_on ?? []), parent] }),
    cycle: null,
  }
}

export function disconnect(schedule: ScheduleBody, parent: string, child: string): ScheduleBody {
  const task = schedule.tasks.find(({ key }) => key === child)
  return changeTask(schedule, child, { depends_on: task?.depends_on?.filter((key) => key !== parent) ?? [] })
}

/** Makes another kind of task of it; what only the kind before had is gone. */
export function changeKind(schedule: ScheduleBody, key: string, kind: TaskKind): ScheduleBody {
  return withTasks(
    schedule,
    schedule.tasks.map((task) => {
      if (task.key !== key) return task
      const { handler_name, schedule_id, approval, wait_for, params, operator, ...rest } = task
      if (kind === 'schedule') return { ...rest, schedule_id: null, ...(params && { params }) }
      if (kind === 'approval') return { ...rest, approval: {} }
      return kind === 'event' ? { ...rest, wait_for: { event: '' } } : rest
    }),
  )
}

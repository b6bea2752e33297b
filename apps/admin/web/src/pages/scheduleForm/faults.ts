import type { Fault, ScheduleBody } from '../../api/scheduleTypes.ts'

/** A fault, with where in the editor it is. */
export interface PlacedFault extends Fault {
  /** `tasks[2].handler_name`, whichever way it was written. */
  path: string
  tab: 'tasks' | 'settings'
  /** The key of the task it is about. */
  task: string | undefined
}

/** `tasks.2.params.to[0]` as `['tasks', '2', 'params', 'to', '0']`. */
export const stepsOf = (field: string): string[] =>
  field
    .replace(/\[["']?([^\]"']*)["']?\]/g, '.$1')
    .split('.')
    .filter((step) => step !== '')

export const pathOf = (steps: Array<string | number>): string =>
  steps
    .map((step, index) => (/^\d+$/.test(String(step)) ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('')

export function place(fault: Fault, { tasks }: ScheduleBody): PlacedFault {
  const steps = stepsOf(fault.field)
  const isTask = steps[0] === 'tasks'
  // By its place in the list, or by its key.
  const index = /^\d+$/.test(steps[1] ?? '')
    ? Number(steps[1])
    : tasks.findIndex(({ key }) => key === steps[1])
  const task = isTask ? tasks[index]?.key : undefined
  const path = task !== undefined ? pathOf(['tasks', index, ...steps.slice(2)]) : pathOf(steps)
  return { ...fault, path, tab: isTask ? 'tasks' : 'settings', task }
}

/** What is wrong with a field or anything within it, in one text. */
export function faultAt(faults: PlacedFault[], path: string): string | undefined {
  const found = faults.filter(
    (fault) => fault.path === path || fault.path.startsWith(`${path}.`) || fault.path.startsWith(`${path}[`),
  )
  return found.length === 0 ? undefined : [...new Set(found.map(({ message }) => message))].join('; ')
}

/** What is wrong with params, by the path within them, as their editor takes it. */
export function faultsWithin(faults: PlacedFault[], path: string): Record<string, string> {
  const depth = stepsOf(path).length
  return Object.fromEntries(
    faults.flatMap((fault) =>
      fault.path === path || fault.path.startsWith(`${path}.`) || fault.path.startsWith(`${path}[`)
        ? [[stepsOf(fault.path).slice(depth).join('.'), fault.message]]
        : [],
    ),
  )
}

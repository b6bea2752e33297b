import { expressionsOf } from './expressions/expressionsOf.ts'
import type { Fault } from './fault.ts'
import { suggestFrom } from './suggest.ts'
import type { TaskDefinition } from './taskSchema.ts'
import { kindOf } from './toTaskRows.ts'

/** What is wrong with params for a handler, by field below them (`url`, `items[0].name`; empty: all of them). */
export type HandlerCheck = (params: Record<string, unknown>) => Fault[] | null

const MAX_NAMES = 20

/** Whether handlers are known, and their params right: as far as no expression stands in for a value. */
export function checkParams(
  tasks: readonly TaskDefinition[],
  handlers: ReadonlyMap<string, HandlerCheck>,
): Fault[] {
  const names = [...handlers.keys()]
  const suggest = suggestFrom(names)
  return tasks.flatMap((task, place) => {
    if (kindOf(task) !== 'handler' || task.handler_name === undefined) return []
    const check = handlers.get(task.handler_name)
    if (!check) {
      const known =
        names.length === 0
          ? ': no worker has published any yet; start a worker first'
          : suggest(task.handler_name)
      return [
        {
          field: `tasks[${place}].handler_name`,
          message: `is not a known handler${known}`,
          received: task.handler_name,
          expected: names.slice(0, MAX_NAMES),
        },
      ]
    }
    const faults = (check(task.params) ?? []).map((fault) => ({ ...fault, field: below(fault.field) }))
    if (faults.length === 0) return []
    const open = expressionsOf(task).places.map(({ field }) => field)
    return faults
      .filter(({ field }) => !open.some((template) => isWithin(field, template) || isWithin(template, field)))
      .map((fault) => ({ ...fault, field: `tasks[${place}].${fault.field}` }))
  })
}

function below(field: string): string {
  if (field === '') return 'params'
  return field.startsWith('[') ? `params${field}` : `params.${field}`
}

/** Whether `field` is `outer` or stands in it. */
function isWithin(field: string, outer: string): boolean {
  return field === outer || (field.startsWith(outer) && /^[.[]/.test(field.slice(outer.length)))
}

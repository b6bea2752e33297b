import type { ErrorDetail } from '@jobu/db'
import { hasTemplate, kindOf, type TaskDefinition } from '@jobu/workflow'
import type { Handlers } from './handlerCatalog.ts'

const FIELDS = { name: 'handler_name', params: 'params' }

/** Of each task what is wrong with its handler and the params for it; what holds a template is known when it runs. */
export function taskParamFaults(tasks: readonly TaskDefinition[], handlers: Handlers): ErrorDetail[] {
  return tasks.flatMap((task, index) => {
    if (kindOf(task) !== 'handler' || task.handler_name === undefined) return []
    return handlers.faults(task.handler_name, task.params, ['tasks', index], FIELDS, [
      ...templatePaths(task.params, []),
    ])
  })
}

function* templatePaths(value: unknown, path: PropertyKey[]): Generator<PropertyKey[]> {
  if (typeof value === 'string') {
    if (hasTemplate(value)) yield path
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      yield* templatePaths(child, [...path, Array.isArray(value) ? Number(key) : key])
    }
  }
}

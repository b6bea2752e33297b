import type { TaskDefinition } from '../taskSchema.ts'
import { expressionsOf } from './expressionsOf.ts'
import { referencesOf } from './parseExpression.ts'

/**
 * What a task's expressions name, of one that `checkTasks` finds no fault with: whose results a decision has to read.
 *
 * @throws ExpressionError
 */
export function referencesOfTask(task: {
  condition?: TaskDefinition['condition']
  for_each?: TaskDefinition['for_each']
  params: Record<string, unknown>
}): { tasks: string[]; usesItem: boolean; usesRun: boolean } {
  const { condition = null, for_each = null, params } = task
  const all = expressionsOf({ condition, for_each, params }).places.map(({ expression }) =>
    referencesOf(expression),
  )
  return {
    tasks: [...new Set(all.flatMap(({ tasks }) => tasks))],
    usesItem: all.some(({ usesItem }) => usesItem),
    usesRun: all.some(({ usesRun }) => usesRun),
  }
}

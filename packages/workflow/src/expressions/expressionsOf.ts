import type { Fault } from '../fault.ts'
import type { TaskDefinition } from '../taskSchema.ts'
import { ExpressionError } from './expressionError.ts'
import { templateParts } from './template.ts'

/** An expression of a task and where it stands. */
export interface ExpressionPlace {
  /** Below the task: `condition`, `params.body.url`. */
  field: string
  expression: string
  /** Whether it is evaluated for each item. */
  isOfItem: boolean
}

/** All expressions of a task: its condition, its list, and what stands in `{{ }}` in its params. */
export function expressionsOf(task: Pick<TaskDefinition, 'condition' | 'for_each' | 'params'>): {
  places: ExpressionPlace[]
  faults: Fault[]
} {
  const places: ExpressionPlace[] = []
  const faults: Fault[] = []
  const add = (field: string, expression: string) => places.push({ field, expression, isOfItem: false })
  if (task.condition !== null) add('condition', task.condition)
  if (typeof task.for_each === 'string') add('for_each', task.for_each)
  else if (task.for_each !== null) visit(task.for_each, 'for_each', false)
  visit(task.params, 'params', task.for_each !== null)
  return { places, faults }

  function visit(value: unknown, field: string, isOfItem: boolean): void {
    if (typeof value === 'string') visitText(value, field, isOfItem)
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      for (const [index, child] of value.entries()) visit(child, `${field}[${index}]`, isOfItem)
      return
    }
    for (const [key, child] of Object.entries(value)) {
      if (key === '$secret' && typeof child === 'string' && child.includes('{{')) {
        faults.push({ field: `${field}.${key}`, message: 'the name of a secret cannot hold an expression' })
      } else visit(child, `${field}.${key}`, isOfItem)
    }
  }

  function visitText(text: string, field: string, isOfItem: boolean): void {
    if (!text.includes('{{')) return
    try {
      for (const part of templateParts(text)) {
        if ('expression' in part) places.push({ field, expression: part.expression, isOfItem })
      }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      const at = error.position === null ? '' : ` (character ${error.position + 1})`
      faults.push({ field, message: error.message + at })
    }
  }
}

import { ExpressionError } from './expressions/expressionError.ts'
import { type ExpressionPlace, expressionsOf } from './expressions/expressionsOf.ts'
import { type Expression, parseExpression } from './expressions/parseExpression.ts'
import type { Fault } from './fault.ts'
import { ancestryOf, type Graph } from './graph.ts'
import type { Suggest } from './suggest.ts'
import type { TaskDefinition } from './taskSchema.ts'

/** What is wrong with the expressions of tasks, as far as that shows without values. */
export function checkExpressions(tasks: readonly TaskDefinition[], graph: Graph, suggest: Suggest): Fault[] {
  const isAfter = ancestryOf(graph)
  return tasks.flatMap((task, place) => {
    const { places, faults } = expressionsOf(task)
    const found = places.flatMap((at) => checkOne(at, place))
    return [...faults, ...found].map((fault) => ({ ...fault, field: `tasks[${place}].${fault.field}` }))
  })

  function checkOne({ field, expression: text, isOfItem }: ExpressionPlace, place: number): Fault[] {
    const expression = parse(text)
    if (expression instanceof ExpressionError) return [{ field, message: expression.message, received: text }]
    const { tasks: named, items, faults } = expression.references
    const fault = (message: string, position: number): Fault => ({
      field,
      message: `${message} (character ${position + 1})`,
      received: text,
    })
    const found = faults.map(({ message, position }) => fault(message, position))
    if (!isOfItem) {
      found.push(
        ...items.map((position) =>
          fault('item and index are known only in params of a for_each task', position),
        ),
      )
    }
    for (const { key, position } of named) {
      const other = graph.placeOf.get(key)
      if (other === undefined) {
        found.push(fault(`there is no task "${key}"${suggest(key)}`, position))
      } else if (isAfter(place, other) === false) {
        const own = other === place ? 'is this task itself' : `does not come before "${tasks[place]!.key}"`
        found.push(fault(`task "${key}" ${own}: only tasks it depends on have a result by then`, position))
      }
    }
    const mistyped = typeFault(field, expression)
    return mistyped ? [...found, { field, message: mistyped, received: text }] : found
  }
}

function parse(text: string): Expression | ExpressionError {
  try {
    return parseExpression(text)
  } catch (error) {
    if (error instanceof ExpressionError) return error
    throw error
  }
}

/** `dyn` shows its type only with values. */
function typeFault(field: string, { type }: Expression): string | undefined {
  if (type === 'dyn') return undefined
  if (field === 'condition' && type !== 'bool') return `gives ${type}, expected bool: true or false`
  if (field === 'for_each' && !type.startsWith('list')) return `gives ${type}, expected a list`
  return undefined
}

import { KINDS, type TaskDefinition, taskSchema } from './taskSchema.ts'

/**
 * What can be read of tasks that their schema refuses: each task without the fields at fault. For `checkTasks`, so that
 * all faults of a definition are told at once; never to be stored.
 */
export function salvageTasks(input: unknown): TaskDefinition[] {
  if (!Array.isArray(input)) return []
  return input.map((task, place) => salvage(task, place))
}

function salvage(input: unknown, place: number): TaskDefinition {
  const given = typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {}
  const parsed = taskSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const atFault = new Set(
    parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [issue.path[0]],
    ),
  )
  const kept = Object.fromEntries(Object.entries(given).filter(([key]) => !atFault.has(key)))
  const isRunnable = KINDS.some((kind) => kept[kind] !== undefined)
  // No task can depend on one whose key cannot be read.
  const rest = taskSchema.safeParse({
    key: `unreadable_${place}`,
    ...kept,
    ...(isRunnable ? {} : { handler_name: 'unreadable' }),
  })
  if (rest.success) return isRunnable ? rest.data : { ...rest.data, handler_name: undefined }
  return {
    ...taskSchema.parse({ key: `unreadable_${place}`, handler_name: 'unreadable' }),
    handler_name: undefined,
  }
}

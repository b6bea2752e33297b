import { KINDS, type TaskDefinition, taskSchema } from './taskSchema.ts'

const STAND_IN = { key: 'unreadable' }
const STAND_IN_KIND = { handler_name: 'unreadable' }

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
  const rest = taskSchema.safeParse({ ...STAND_IN, ...kept, ...(isRunnable ? {} : STAND_IN_KIND) })
  const task = rest.success ? rest.data : taskSchema.parse({ ...STAND_IN, ...STAND_IN_KIND })
  // Others may depend on a task whose key is no good, and name it rightly.
  const key = 'key' in given && typeof given.key === 'string' ? given.key : `unreadable_${place}`
  return { ...task, key, ...(isRunnable && rest.success ? {} : { handler_name: undefined }) }
}

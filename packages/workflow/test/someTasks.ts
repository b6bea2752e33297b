import { type TaskDefinition, taskSchema } from '../src/index.ts'

/** A task of a handler `work`, as the API would read it. */
export function aTask(given: Record<string, unknown> = {}): TaskDefinition {
  const isKindSaid = ['schedule_id', 'approval', 'wait_for', 'operator'].some((kind) => kind in given)
  return taskSchema.parse({ key: 'a', ...(isKindSaid ? {} : { handler_name: 'work' }), ...given })
}

/** `a`, `b<a`, `c<a,b`: tasks and what they depend on. */
export function theTasks(...texts: string[]): TaskDefinition[] {
  return texts.map((text) => {
    const [key, parents] = text.split('<')
    return aTask({ key, depends_on: parents ? parents.split(',') : [] })
  })
}

import type { ScheduleEngine } from '@jobu/db'
import { checkExpressions } from './checkExpressions.ts'
import { checkParams, type HandlerCheck } from './checkParams.ts'
import type { Fault } from './fault.ts'
import { findCycles } from './findCycles.ts'
import { type Graph, graphOf } from './graph.ts'
import { suggestFrom } from './suggest.ts'
import type { TaskDefinition } from './taskSchema.ts'
import { kindOf } from './toTaskRows.ts'

export type { HandlerCheck } from './checkParams.ts'

export interface CheckOptions {
  /** By handler; left out: handlers are not checked. */
  handlers?: ReadonlyMap<string, HandlerCheck>
  /** Default `jobu`. */
  engine?: ScheduleEngine
}

/** As many as an answer lists. */
const MAX_CYCLES = 100
const MAX_SHOWN_IN_CYCLE = 20
/** A run writes and reads each of them. */
const MAX_EDGES = 100_000

/**
 * Everything that is wrong with the tasks of a schedule beyond each task's own schema, by field: `tasks[2].depends_on[0]`.
 * Takes what `salvageTasks` could read as well.
 */
export function checkTasks(tasks: readonly TaskDefinition[], options: CheckOptions = {}): Fault[] {
  const graph = graphOf(tasks)
  const suggest = suggestFrom([...graph.placeOf.keys()])
  return [
    ...tasks.flatMap((task, place) => {
      const faults = [
        ...keyFaults(task, place, graph),
        ...dependencyFaults(task, graph, suggest),
        ...kindFaults(task),
        ...engineFaults(task, options.engine ?? 'jobu'),
      ]
      return faults.map((fault) => ({ ...fault, field: `tasks[${place}].${fault.field}` }))
    }),
    ...edgeFaults(graph),
    ...cycleFaults(tasks, graph),
    ...checkExpressions(tasks, graph, suggest),
    ...(options.handlers ? checkParams(tasks, options.handlers) : []),
  ]
}

function keyFaults({ key }: TaskDefinition, place: number, { placeOf }: Graph): Fault[] {
  const first = placeOf.get(key)!
  if (first === place) return []
  return [{ field: 'key', message: `is the key of tasks[${first}] as well`, received: key }]
}

function dependencyFaults(
  task: TaskDefinition,
  { placeOf }: Graph,
  suggest: (key: string) => string,
): Fault[] {
  const seen = new Set<string>()
  return task.depends_on.flatMap((key, index) => {
    const field = `depends_on[${index}]`
    if (seen.has(key)) return [{ field, message: 'is there twice', received: key }]
    seen.add(key)
    if (key === task.key) return [{ field, message: 'is the task itself', received: key }]
    if (placeOf.has(key)) return []
    return [{ field, message: `is no task${suggest(key)}`, received: key, expected: 'the key of a task' }]
  })
}

/** What one kind of task has and another has no use for; taken in silence, it would be missed at run time. */
function kindFaults(task: TaskDefinition): Fault[] {
  const faults: Fault[] = []
  const kind = kindOf(task)
  const refuse = (field: string, isThere: boolean, message: string) => {
    if (isThere) faults.push({ field, message })
  }
  if (kind !== 'handler') {
    refuse(
      'max_retry',
      task.max_retry > 0,
      'goes with handler_name only: nothing of this task is tried again',
    )
    const instead =
      kind === 'schedule' ? '' : `; ${kind === 'event' ? 'wait_for' : kind} has deadline_seconds`
    refuse('timeout_seconds', task.timeout_seconds !== null, `goes with handler_name only${instead}`)
  }
  if (kind === 'approval' || kind === 'event') {
    refuse('params', Object.keys(task.params).length > 0, 'go with handler_name or schedule_id only')
    refuse('for_each', task.for_each !== null, 'goes with handler_name or schedule_id only')
  }
  const isFirst = task.depends_on.length === 0
  if (isFirst && (task.trigger_rule === 'one_success' || task.trigger_rule === 'one_failed')) {
    faults.push({
      field: 'trigger_rule',
      message: `${task.trigger_rule} needs a task in depends_on`,
      received: task.trigger_rule,
    })
  }
  return faults
}

function engineFaults({ operator }: TaskDefinition, engine: ScheduleEngine): Fault[] {
  if (engine === 'airflow' || operator === undefined || operator === 'jobu') return []
  const message = `${operator} goes with engine airflow only; name a handler in handler_name`
  return [{ field: 'operator', message, received: operator }]
}

function edgeFaults({ parents }: Graph): Fault[] {
  const count = parents.reduce((sum, places) => sum + places.length, 0)
  if (count <= MAX_EDGES) return []
  return [{ field: 'tasks', message: `have ${count} dependencies, at most ${MAX_EDGES} are allowed` }]
}

function cycleFaults(tasks: readonly TaskDefinition[], graph: Graph): Fault[] {
  return findCycles(graph, MAX_CYCLES).flatMap((cycle) => {
    // A task that depends on itself has been told so.
    if (cycle.length === 1) return []
    const [first] = cycle
    const last = tasks[cycle.at(-1)!]!.key
    const keys = [...cycle, first!].map((place) => tasks[place]!.key)
    const left = keys.length - MAX_SHOWN_IN_CYCLE
    const shown =
      left > 0 ? [...keys.slice(0, MAX_SHOWN_IN_CYCLE - 2), `... ${left} more ...`, ...keys.slice(-2)] : keys
    const index = tasks[first!]!.depends_on.indexOf(last)
    return [
      {
        field: `tasks[${first}].depends_on[${index}]`,
        message: `closes a cycle: ${shown.join(' -> ')}`,
        received: last,
      },
    ]
  })
}

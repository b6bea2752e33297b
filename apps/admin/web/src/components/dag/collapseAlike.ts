import type { DagTask } from './dagTask.ts'
import { childrenOf } from './graph.ts'

/** So many tasks that wait for the same and are waited for by the same are drawn as one. */
const ALIKE = 12
/** Fewer can be read as they are. */
const FEW = 60

/** A task as it is drawn: itself, or many that stand side by side. */
export interface DrawnTask extends DagTask {
  /** The keys it stands for, where it stands for several. */
  members?: string[]
}

/**
 * A fan of tasks as one, so that a graph of thousands can be read. Those of which one is open are drawn each.
 *
 * @param open  keys of groups that were opened, which are the keys of their first tasks
 */
export function collapseAlike(tasks: DagTask[], open: ReadonlySet<string>): DrawnTask[] {
  if (tasks.length <= FEW) return tasks
  const children = childrenOf(tasks)
  const groups = new Map<string, DagTask[]>()
  for (const task of tasks) {
    const name = JSON.stringify([
      task.kind,
      task.label,
      task.rule,
      [...task.dependsOn].sort(),
      [...children.get(task.key)!].sort(),
    ])
    const group = groups.get(name)
    if (group) group.push(task)
    else groups.set(name, [task])
  }
  const headOf = new Map<string, DagTask[]>()
  const hidden = new Map<string, string>()
  for (const group of groups.values()) {
    const head = group[0]!.key
    if (group.length < ALIKE || open.has(head)) continue
    headOf.set(head, group)
    for (const { key } of group.slice(1)) hidden.set(key, head)
  }
  if (headOf.size === 0) return tasks
  const shown = (key: string) => hidden.get(key) ?? key
  return tasks.flatMap((task) => {
    if (hidden.has(task.key)) return []
    const dependsOn = [...new Set(task.dependsOn.map(shown))]
    const group = headOf.get(task.key)
    return group
      ? [{ ...task, dependsOn, members: group.map(({ key }) => key), ...summaryOf(group) }]
      : [{ ...task, dependsOn }]
  })
}

const WORST = ['FAILED', 'TIMEOUT', 'RUNNING', 'PENDING', 'CANCELLED', 'SKIPPED', 'SUCCESS'] as const

/** Of many, the state that is looked at first, and how many have it. */
function summaryOf(group: DagTask[]): Pick<DagTask, 'status' | 'note' | 'isFaulty'> {
  const status = WORST.find((one) => group.some((task) => task.status === one))
  const count = group.filter((task) => task.status === status).length
  return {
    status,
    note: status ? `${count}/${group.length}` : undefined,
    isFaulty: group.some((task) => task.isFaulty),
  }
}

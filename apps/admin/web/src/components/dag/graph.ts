interface Node {
  key: string
  dependsOn: string[]
}

/** The tasks after each task, by its key. What is depended on and is not there is left out. */
export function childrenOf(tasks: Node[]): Map<string, string[]> {
  const children = new Map<string, string[]>(tasks.map(({ key }) => [key, []]))
  for (const { key, dependsOn } of tasks) for (const parent of dependsOn) children.get(parent)?.push(key)
  return children
}

/**
 * The cycle that one more dependency would close, task by task, its first again at the end; null where it closes none.
 *
 * @param parent  what `child` would wait for
 */
export function cycleClosedBy(tasks: Node[], parent: string, child: string): string[] | null {
  if (parent === child) return [parent, parent]
  const children = childrenOf(tasks)
  const cameFrom = new Map<string, string>([[child, child]])
  const queue = [child]
  for (const at of queue) {
    for (const next of children.get(at) ?? []) {
      if (cameFrom.has(next)) continue
      cameFrom.set(next, at)
      queue.push(next)
    }
    if (cameFrom.has(parent)) break
  }
  if (!cameFrom.has(parent)) return null
  const way = [parent]
  while (way[0] !== child) way.unshift(cameFrom.get(way[0]!)!)
  return [parent, ...way]
}

/** All that have to end before a task does, or all that follow it. @param next  of a key, those one step on */
export function reachedFrom(key: string, next: (key: string) => string[]): Set<string> {
  const reached = new Set<string>()
  const queue = [key]
  for (const at of queue) {
    for (const one of next(at)) {
      if (reached.has(one)) continue
      reached.add(one)
      queue.push(one)
    }
  }
  return reached
}

/** How many tasks stand before each at the longest; what is part of a cycle counts as a beginning. */
export function levelsOf(tasks: Node[]): Map<string, number> {
  const children = childrenOf(tasks)
  const known = new Set(tasks.map(({ key }) => key))
  const left = new Map(
    tasks.map(({ key, dependsOn }) => [key, dependsOn.filter((one) => known.has(one)).length]),
  )
  const level = new Map<string, number>()
  const ready = tasks.filter(({ key }) => left.get(key) === 0).map(({ key }) => key)
  for (const key of ready) level.set(key, 0)
  for (const key of ready) {
    for (const child of children.get(key) ?? []) {
      level.set(child, Math.max(level.get(child) ?? 0, level.get(key)! + 1))
      left.set(child, left.get(child)! - 1)
      if (left.get(child) === 0) ready.push(child)
    }
  }
  for (const { key } of tasks) if (!level.has(key)) level.set(key, 0)
  return level
}

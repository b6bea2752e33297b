import type { Graph } from './graph.ts'

/**
 * Cycles such that a DAG is left when each of them is broken: for every dependency that closes one, the shortest cycle
 * it is a part of, each once.
 *
 * @param limit  so many at most
 * @returns      places in the order the tasks would run in: each is a parent of the next, the last of the first
 */
export function findCycles(graph: Graph, limit: number): number[][] {
  const cycles = new Map<string, number[]>()
  for (const [parent, child] of closingEdges(graph)) {
    const cycle = fromSmallest([...shortestPath(graph, child, parent)])
    cycles.set(cycle.join(), cycle)
    if (cycles.size >= limit) break
  }
  return [...cycles.values()]
}

/** Edges that lead back to a task which the walk is still below. Without recursion: a chain has 10,000 tasks. */
function* closingEdges({ children }: Graph): Generator<[parent: number, child: number]> {
  const state = new Uint8Array(children.length)
  const [OPEN, DONE] = [1, 2]
  for (let start = 0; start < children.length; start++) {
    if (state[start]) continue
    state[start] = OPEN
    const path = [{ place: start, next: 0 }]
    while (path.length > 0) {
      const top = path.at(-1)!
      const child = children[top.place]![top.next++]
      if (child === undefined) {
        state[top.place] = DONE
        path.pop()
      } else if (state[child] === OPEN) {
        yield [top.place, child]
      } else if (state[child] !== DONE) {
        state[child] = OPEN
        path.push({ place: child, next: 0 })
      }
    }
  }
}

/** Breadth first; `to` can be reached from `from`. */
function shortestPath({ children }: Graph, from: number, to: number): number[] {
  const before = new Map<number, number>([[from, from]])
  const open = [from]
  for (const place of open) {
    if (place === to) break
    for (const child of children[place]!) {
      if (before.has(child)) continue
      before.set(child, place)
      open.push(child)
    }
  }
  const path = [to]
  while (path[0] !== from) path.unshift(before.get(path[0]!)!)
  return path
}

/** The same cycle, begun at its first task in the list. */
function fromSmallest(cycle: number[]): number[] {
  let smallest = 0
  cycle.forEach((place, at) => {
    if (place < cycle[smallest]!) smallest = at
  })
  return [...cycle.slice(smallest), ...cycle.slice(0, smallest)]
}

/** What the shape of a DAG needs of a task. */
export interface Node {
  key: string
  depends_on: readonly string[]
}

/** Tasks by their place in the list. What a task depends on and nobody knows, or twice, is left out. */
export interface Graph {
  parents: number[][]
  children: number[][]
  /** Of a key that is there twice the first. */
  placeOf: ReadonlyMap<string, number>
}

export function graphOf(tasks: readonly Node[]): Graph {
  const placeOf = new Map<string, number>()
  tasks.forEach(({ key }, place) => {
    if (!placeOf.has(key)) placeOf.set(key, place)
  })
  const children: number[][] = tasks.map(() => [])
  const parents = tasks.map(({ depends_on }, child) => {
    const places = [...new Set(depends_on)].flatMap((key) => placeOf.get(key) ?? [])
    for (const parent of places) children[parent]!.push(child)
    return places
  })
  return { parents, children, placeOf }
}

/** Places by level: each after all it depends on. Those in a cycle, and after one, are left out. */
export function placesByLevel({ parents, children }: Graph): number[][] {
  const open = parents.map((places) => places.length)
  const levels: number[][] = []
  let level = open.flatMap((count, place) => (count === 0 ? [place] : []))
  while (level.length > 0) {
    levels.push(level)
    const next: number[] = []
    for (const place of level) {
      for (const child of children[place]!) if (--open[child]! === 0) next.push(child)
    }
    level = next.sort((a, b) => a - b)
  }
  return levels
}

/** Keys by level: what can run at the same time stands together, after all it depends on. */
export function levelsOf(tasks: readonly Node[]): string[][] {
  return placesByLevel(graphOf(tasks)).map((level) => level.map((place) => tasks[place]!.key))
}

/** Keys of all tasks before this one, however far. */
export function ancestorsOf(tasks: readonly Node[], key: string): Set<string> {
  const { parents, placeOf } = graphOf(tasks)
  const start = placeOf.get(key)
  const seen = new Set<number>()
  const open = start === undefined ? [] : [...parents[start]!]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (seen.has(place)) continue
    seen.add(place)
    open.push(...parents[place]!)
  }
  return new Set([...seen].map((place) => tasks[place]!.key))
}

/**
 * Answers whether a task comes before another one, for all of them at once: a bit for each pair, 12 MB for 10,000 tasks,
 * where a search for each would take minutes.
 *
 * @returns undefined for a `child` in or after a cycle
 */
export function ancestryOf(graph: Graph): (child: number, ancestor: number) => boolean | undefined {
  const words = Math.ceil(graph.parents.length / 32)
  let rows: Array<Uint32Array | undefined> | undefined
  const compute = () => {
    const computed = new Array<Uint32Array | undefined>(graph.parents.length)
    for (const child of placesByLevel(graph).flat()) {
      const row = new Uint32Array(words)
      for (const parent of graph.parents[child]!) {
        const above = computed[parent]!
        for (let word = 0; word < words; word++) row[word]! |= above[word]!
        row[parent >>> 5]! |= 1 << (parent & 31)
      }
      computed[child] = row
    }
    return computed
  }
  return (child, ancestor) => {
    if (graph.parents[child]!.includes(ancestor)) return true
    rows ??= compute()
    const row = rows[child]
    return row && (row[ancestor >>> 5]! & (1 << (ancestor & 31))) !== 0
  }
}

import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { findCycles } from '../src/findCycles.ts'
import { graphOf, levelsOf } from '../src/graph.ts'

const node = (key: string, ...depends_on: string[]) => ({ key, depends_on })

/** Any graph, cycles or not. */
const graphs = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 30 }).map((edges) =>
    Array.from({ length: count }, (_, child) => ({
      key: `t${child}`,
      depends_on: [...new Set(edges.filter(([, to]) => to === child).map(([from]) => `t${from}`))],
    })),
  ),
)

/** By the definition: some task can be reached from itself. */
function hasCycle(nodes: Array<{ key: string; depends_on: string[] }>): boolean {
  const parentsOf = new Map(nodes.map(({ key, depends_on }) => [key, depends_on]))
  return nodes.some(({ key }) => {
    const reached = new Set<string>()
    const visit = (at: string) => {
      for (const parent of parentsOf.get(at) ?? []) {
        if (reached.has(parent)) continue
        reached.add(parent)
        visit(parent)
      }
    }
    visit(key)
    return reached.has(key)
  })
}

describe('findCycles', () => {
  test('names two cycles that share a task, each once, in the order tasks would run', () => {
    const nodes = [node('a', 'c'), node('b', 'a', 'd'), node('c', 'b'), node('d', 'b')]
    expect(findCycles(graphOf(nodes), 100)).toEqual([
      [0, 1, 2],
      [1, 3],
    ])
  })

  test('finds the short way round, not the long one', () => {
    const nodes = [node('a', 'd'), node('b', 'a'), node('c', 'b'), node('d', 'c', 'a')]
    expect(findCycles(graphOf(nodes), 100)).toEqual([[0, 3]])
  })

  test('a ring of ten thousand tasks does not overflow the stack', () => {
    const ring = Array.from({ length: 10_000 }, (_, no) => node(`t${no}`, `t${(no + 9_999) % 10_000}`))
    expect(findCycles(graphOf(ring), 100)[0]).toHaveLength(10_000)
  })

  test('finds a cycle exactly where some task can be reached from itself', () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        expect(findCycles(graphOf(nodes), 100).length > 0).toBe(hasCycle(nodes))
      }),
    )
  })

  test('every cycle is one, and with the dependencies that close them taken away a DAG is left', () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        let left = nodes
        for (const cycle of findCycles(graphOf(nodes), 1_000)) {
          cycle.forEach((place, at) => {
            const parent = cycle.at(at - 1)!
            expect(nodes[place]!.depends_on).toContain(`t${parent}`)
          })
          left = left.map((one, place) => {
            const at = cycle.indexOf(place)
            if (at < 0) return one
            return { ...one, depends_on: one.depends_on.filter((key) => key !== `t${cycle.at(at - 1)}`) }
          })
        }
        expect(levelsOf(left).flat()).toHaveLength(nodes.length)
      }),
    )
  })
})

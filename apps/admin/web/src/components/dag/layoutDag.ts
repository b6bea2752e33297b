import { graphlib, layout } from '@dagrejs/dagre'
import { levelsOf } from './graph.ts'

export const NODE_WIDTH = 208
export const NODE_HEIGHT = 58
const GAP_X = 72
const GAP_Y = 20
/** Up to here dagre takes a moment; at 300 tasks it takes seconds, at 1,000 a quarter of a minute. */
const DAGRE_TASKS = 100
const DAGRE_EDGES = 250
/** A level of more stands in two columns, of many more in several. */
const COLUMN = 40
const TALL_COLUMN = 120

interface Node {
  key: string
  dependsOn: string[]
}
export type Positions = Map<string, { x: number; y: number }>

/** Where each task stands: levels from left to right, with as few crossings as its size allows. */
export function layoutDag(tasks: Node[]): Positions {
  const edges = tasks.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0)
  return tasks.length <= DAGRE_TASKS && edges <= DAGRE_EDGES ? byDagre(tasks) : byLevel(tasks)
}

function byDagre(tasks: Node[]): Positions {
  const graph = new graphlib.Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: GAP_Y, ranksep: GAP_X })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { key } of tasks) graph.setNode(key, { width: NODE_WIDTH, height: NODE_HEIGHT })
  for (const { key, dependsOn } of tasks)
    for (const parent of dependsOn) if (graph.hasNode(parent)) graph.setEdge(parent, key)
  layout(graph)
  return new Map(
    tasks.map(({ key }) => {
      const { x, y } = graph.node(key) as { x: number; y: number }
      return [key, { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 }]
    }),
  )
}

/** In time that grows with the tasks alone: each stands near the middle of those it waits for. */
function byLevel(tasks: Node[]): Positions {
  const level = levelsOf(tasks)
  const depth = Math.max(...level.values()) + 1
  const levels = Array.from({ length: depth }, (): Node[] => [])
  for (const task of tasks) levels[level.get(task.key)!]!.push(task)
  const positions: Positions = new Map()
  let x = 0
  for (const nodes of levels) {
    const middle = ({ dependsOn }: Node) => {
      const ys = dependsOn.flatMap((parent) => positions.get(parent)?.y ?? [])
      return ys.length === 0 ? 0 : ys.reduce((sum, y) => sum + y, 0) / ys.length
    }
    const ordered = nodes.map((node) => ({ node, at: middle(node) })).sort((one, other) => one.at - other.at)
    const columns = Math.max(ordered.length > COLUMN ? 2 : 1, Math.ceil(ordered.length / TALL_COLUMN))
    const rows = Math.ceil(ordered.length / columns)
    ordered.forEach(({ node }, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns]
      positions.set(node.key, {
        x: x + column * (NODE_WIDTH + GAP_Y),
        // Between those of the column before, so that what leads to it does not seem to come from one of them.
        y: (row + (column % 2) / 2 - (rows - 1) / 2) * (NODE_HEIGHT + GAP_Y),
      })
    })
    x += columns * (NODE_WIDTH + GAP_Y) - GAP_Y + GAP_X
  }
  return positions
}

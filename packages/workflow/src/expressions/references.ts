import type { ASTNode } from '@marcbachmann/cel-js'

/** What an expression names of a run. Positions count characters from 0. */
export interface References {
  tasks: Array<{ key: string; position: number }>
  /** Where `item` or `index` stands. */
  items: number[]
  usesRun: boolean
  /** What names something that is never there. */
  faults: Array<{ message: string; position: number }>
}

const TASK_FIELDS = ['result', 'status']
const RUN_FIELDS = ['id', 'scheduled_time', 'params']
/** Methods whose first argument names a variable of the others. */
const BINDING = ['all', 'exists', 'exists_one', 'map', 'filter', 'bind']

/** Walks an expression as it was written, macros not unfolded. */
export function referencesIn(root: ASTNode): References {
  const found: References = { tasks: [], items: [], usesRun: false, faults: [] }
  visit(root, new Set(), found)
  return found
}

function visit(node: ASTNode, bound: ReadonlySet<string>, found: References): void {
  const step = nameStep(node)
  if (step) {
    const owner = nameStep(step.of)
    if (isFree(step.of, 'tasks', bound)) {
      found.tasks.push({ key: step.name, position: node.start })
      return
    }
    if (isFree(step.of, 'run', bound)) {
      found.usesRun = true
      checkField('run', RUN_FIELDS, step.name, node, found)
      return
    }
    if (owner && isFree(owner.of, 'tasks', bound)) {
      checkField(`tasks.${owner.name}`, TASK_FIELDS, step.name, node, found)
    }
    visit(step.of, bound, found)
    return
  }
  switch (node.op) {
    case 'value':
      return
    case 'id':
      visitName(node, bound, found)
      return
    case 'call':
      for (const arg of node.args[1]) visit(arg, bound, found)
      return
    case 'rcall': {
      const [method, receiver, args] = node.args
      visit(receiver, bound, found)
      const [first, ...rest] = args
      if (first?.op === 'id' && BINDING.includes(method)) {
        const inner = new Set([...bound, first.args])
        rest.forEach((arg, index) => {
          // cel.bind(name, value, expression): the value knows nothing of the name.
          visit(arg, method === 'bind' && index === 0 ? bound : inner, found)
        })
      } else for (const arg of args) visit(arg, bound, found)
      return
    }
    default:
      for (const child of childrenOf(node.args)) visit(child, bound, found)
  }
}

function visitName(node: ASTNode & { op: 'id' }, bound: ReadonlySet<string>, found: References): void {
  if (bound.has(node.args)) return
  if (node.args === 'item' || node.args === 'index') found.items.push(node.start)
  if (node.args === 'run') found.usesRun = true
  if (node.args === 'tasks') {
    const message = 'name a task by its key, as in tasks.extract or tasks["load-a"]'
    found.faults.push({ message, position: node.start })
  }
}

/** `x.name` or `x["name"]`, with what is asked for it. */
function nameStep(node: ASTNode): { of: ASTNode; name: string } | null {
  if (node.op === '.') return { of: node.args[0], name: node.args[1] }
  if (node.op !== '[]') return null
  const [of, key] = node.args
  return key.op === 'value' && typeof key.args === 'string' ? { of, name: key.args } : null
}

function isFree(node: ASTNode, name: string, bound: ReadonlySet<string>): boolean {
  return node.op === 'id' && node.args === name && !bound.has(name)
}

function checkField(owner: string, known: string[], name: string, node: ASTNode, found: References): void {
  if (known.includes(name)) return
  found.faults.push({ message: `${owner} has ${known.join(', ')}, and no ${name}`, position: node.start })
}

function childrenOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf)
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : []
}

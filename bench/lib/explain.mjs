import pg from 'pg'

/**
 * A transaction that answers as any other and notes the plan that the server carried out for each statement.
 *
 * The statements are prepared by hand, so that the plans are those of the engine's connections, generic ones.
 */
export class ExplainingConnection {
  #connection
  #count = 0
  /** @type {Array<{ text: string, plan: any }>} */
  explained = []

  /** @param {{ query(query: any, values?: unknown[]): Promise<{ rows: any[] }> }} connection  opened with `engine` */
  constructor(connection) {
    this.#connection = connection
  }

  /** Stands in for a Database. */
  transactional = (_, work) => work(this)

  async query(query, values) {
    const { text, values: given = values } = typeof query === 'string' ? { text: query } : query
    if (/^\s*(SELECT|WITH)/i.test(text)) {
      const name = `explained${++this.#count}`
      const literals = (given ?? []).map((value) => {
        const plain = pg.utils.prepareValue(value)
        return plain === null ? 'NULL' : pg.escapeLiteral(String(plain))
      })
      await this.#connection.query(`PREPARE ${name} AS ${text}`)
      const call = literals.length > 0 ? `${name}(${literals.join(', ')})` : name
      const { rows } = await this.#connection.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${call}`)
      await this.#connection.query(`DEALLOCATE ${name}`)
      this.explained.push({ text, plan: rows[0]['QUERY PLAN'][0].Plan })
    }
    return this.#connection.query(query, values)
  }
}

/**
 * What plans read of the executions.
 *
 * @param {Array<{ plan: any }>} explained
 * @returns {{ rows: number, pages: number, scans: string[] }}  index entries and rows looked at, pages touched in all,
 *          and the names of tables that were read from end to end
 */
export function readBy(explained) {
  const found = { rows: 0, pages: 0, scans: [] }
  for (const { plan } of explained) {
    found.pages += (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)
    walk(plan, (node) => {
      const table = node['Relation Name'] ?? ''
      if (!table.startsWith('job_executions') || node['Actual Loops'] === 0) return
      if (node['Node Type'] === 'Seq Scan') found.scans.push(table)
      const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
      found.rows += (node['Actual Rows'] + removed) * node['Actual Loops']
    })
  }
  return { ...found, rows: Math.round(found.rows) }
}

function walk(node, visit) {
  visit(node)
  for (const child of node.Plans ?? []) walk(child, visit)
}

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const script = fileURLToPath(new URL('python/dumpDag.py', import.meta.url))

/** A DAG as Python made it of its file. */
export interface DumpedDag {
  options: Record<string, unknown> & { dag_id: string; tags: string[] }
  tasks: Array<{
    class: string
    options: Record<string, unknown> & { task_id: string }
    upstream: string[]
    given: Record<string, unknown>
    carried: Record<string, unknown> | null
  }>
  /** What the file left in its module. */
  names: string[]
}

/** Runs DAG files in Python as Airflow of that version would read them. */
export async function dumpDags(
  version: 2 | 3,
  paths: string[],
): Promise<Array<{ dag: DumpedDag; error?: undefined } | { error: string; dag?: undefined }>> {
  const { stdout } = await run('python3', [script, String(version), ...paths], { maxBuffer: 1 << 28 })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Runs one task of a DAG file in Python, and answers what came of it. */
export async function runTask(
  version: 2 | 3,
  path: string,
  key: string,
  { attempt = 1, env = {} }: { attempt?: number; env?: Record<string, string> } = {},
): Promise<{ result?: unknown; error?: string; printed: string[] }> {
  const args = [script, String(version), path, '--run', key, String(attempt)]
  const { stdout } = await run('python3', args, { env: { ...process.env, ...env } })
  const lines = stdout.trim().split('\n')
  return { ...JSON.parse(lines.at(-1)!), printed: lines.slice(0, -1) }
}

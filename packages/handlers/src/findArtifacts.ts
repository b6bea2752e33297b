import type { Artifact } from './artifacts.ts'
import type { HandlerContext } from './context.ts'
import { HandlerFailure } from './errors.ts'

/** Which artifacts a handler's params mean. */
export interface ArtifactPattern {
  /** Default: every task before this one. */
  task?: string | undefined
  /** `*` stands for anything. */
  name: string
}

/**
 * The artifacts of earlier tasks that a pattern names.
 *
 * @throws HandlerFailure ARTIFACT_MISSING where there are none, unless they may be missing
 */
export async function findArtifacts(
  { artifacts }: Pick<HandlerContext, 'artifacts'>,
  { task, name }: ArtifactPattern,
  mayBeMissing = false,
): Promise<Artifact[]> {
  const found = (await artifacts.of(task)).filter((one) => matches(name, one.name))
  if (found.length === 0 && !mayBeMissing) {
    const whose = task === undefined ? 'no task before this one' : `task "${task}"`
    const left = task === undefined ? 'left an artifact' : 'is not before this one, or left no artifact'
    throw new HandlerFailure('ARTIFACT_MISSING', `${whose} ${left} "${name}"`)
  }
  return found
}

/** Whether `name` is what `pattern` says; in time that grows with both, which a regular expression would not promise. */
export function matches(pattern: string, name: string): boolean {
  const [first, ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return name === pattern
  if (!name.startsWith(first!)) return false
  let at = first!.length
  for (const part of others) {
    const found = name.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return name.length - last.length >= at && name.endsWith(last)
}

import { lstat, mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join, relative, sep } from 'node:path'
import { z } from 'zod'
import type { HandlerContext } from '../context.ts'
import { defineHandler, type Handler } from '../defineHandler.ts'
import { HandlerFailure } from '../errors.ts'
import { findArtifacts } from '../findArtifacts.ts'
import { inheritedEnv, runCommand } from '../runCommand.ts'
import { scriptError } from '../scriptError.ts'

const LANGUAGES = ['javascript', 'typescript', 'python'] as const
type Language = (typeof LANGUAGES)[number]
const EXTENSIONS: Record<string, Language> = {
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.py': 'python',
}
const TEXT_FILES: Record<Language, string> = {
  javascript: 'script.js',
  typescript: 'script.ts',
  python: 'script.py',
}
/** What a script may see of the worker's environment beside what the configuration lists. */
const INHERITED_ENV = ['PATH', 'LANG', 'TZ']
/** Read at most; what a worker stores is bounded by its `max_result_bytes`. */
const MAX_RESULT_BYTES = 16_777_216

/** `worker.script` of the configuration. */
export interface ScriptConfig {
  /** The folder of the files that jobs may name; null: none. */
  path: string | null
  /** Whether jobs may bring the text of a script. */
  allow_text: boolean
  /** Variables of the worker that scripts see. */
  env: readonly string[]
  /** The memory of a script in MiB, where it asks for no less. */
  max_memory_mb: number
  /** The program that runs Python. */
  python: string
}

/** The handler `script`, as the worker's configuration allows it. */
export function scriptHandler(config: ScriptConfig): Handler<never> {
  const params = z
    .strictObject({
      language: z.enum(LANGUAGES).optional().describe("Default: by the file's extension"),
      file: z
        .string()
        .min(1)
        .optional()
        .describe(
          config.path === null ? 'Not allowed on this worker' : "A file of the worker's scripts folder",
        ),
      code: z
        .string()
        .min(1)
        .optional()
        .describe(config.allow_text ? 'The script itself' : 'Not allowed on this worker'),
      args: z.array(z.string()).default([]).describe('Arguments'),
      env: z.record(z.string(), z.string()).default({}).describe('Environment of the script'),
      input: z.json().optional().describe('Given to the script as JSON on its standard input'),
      artifacts: z
        .array(
          z.strictObject({
            task: z
              .string()
              .min(1)
              .optional()
              .describe('The task that left it; default: any before this one'),
            name: z.string().min(1).max(255).describe('Name of the artifact; * stands for anything'),
          }),
        )
        .default([])
        .describe('Artifacts of earlier tasks, found under inputs/ in the working folder'),
      memory_mb: z
        .int()
        .min(32)
        .max(config.max_memory_mb)
        .default(config.max_memory_mb)
        .describe('JavaScript: of the heap. Python: of the address space, of each process'),
    })
    .refine(({ file, code }) => (file === undefined) !== (code === undefined), {
      path: ['code'],
      message: 'give either file or code',
    })
    .refine(({ code }) => code === undefined || config.allow_text, {
      path: ['code'],
      message: 'text is not allowed on this worker (worker.script.allow_text); name a file',
    })
    .refine(({ file }) => file === undefined || config.path !== null, {
      path: ['file'],
      message: 'no folder of scripts is configured on this worker (worker.script.path)',
    })
    .refine(({ language, file }) => language !== undefined || (file && extname(file) in EXTENSIONS), {
      path: ['language'],
      message: `expected one of ${LANGUAGES.join(', ')}`,
    })

  return defineHandler({
    name: 'script',
    description: 'Runs a JavaScript, TypeScript or Python file in a process of its own',
    params,
    async run({ file, code, args, env, input, artifacts, memory_mb, ...given }, ctx) {
      const language = given.language ?? EXTENSIONS[extname(file!)]!
      const folder = await ctx.workDir()
      await Promise.all(['inputs', 'artifacts', 'tmp'].map((name) => mkdir(join(folder, name))))
      let path: string
      if (file !== undefined) path = await scriptFile(config.path!, file)
      else {
        path = join(folder, TEXT_FILES[language])
        await writeFile(path, code!)
      }
      await layInputs(ctx, artifacts, join(folder, 'inputs'))
      const ended = await runCommand(
        {
          argv: [...interpreter(language, memory_mb, config, ctx), path, ...args],
          cwd: folder,
          env: { ...environment(config, folder, ctx), ...env },
          stdin: input === undefined ? '' : JSON.stringify(input),
        },
        ctx,
        'SCRIPT_START_FAILED',
      )
      if (ended.exitCode === 0) {
        await keepArtifacts(ctx, join(folder, 'artifacts'))
        return resultOf(ctx, folder, ended.stdoutTail)
      }
      // What it left may show why it failed, which is what counts.
      await keepArtifacts(ctx, join(folder, 'artifacts')).catch((error) =>
        ctx.logger.warn('artifacts of the failed script not kept', { error: String(error) }),
      )
      throw scriptError(language, ended)
    },
  }) as Handler<never>
}

/** The program and its options; the path of the script follows. */
function interpreter(
  language: Language,
  memoryMb: number,
  config: ScriptConfig,
  ctx: Pick<HandlerContext, 'logger'>,
): string[] {
  if (language === 'python') {
    if (process.platform === 'linux') {
      return [
        '/bin/sh',
        '-c',
        'ulimit -v "$1" && shift && exec "$@"',
        'sh',
        String(memoryMb * 1024),
        config.python,
      ]
    }
    ctx.logger.warn('memory of Python is not limited on this system')
    return [config.python]
  }
  const node = [process.execPath, `--max-old-space-size=${memoryMb}`]
  if (language === 'javascript') return [...node, '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON']
  // The compiler of the users' handlers: it keeps lines where they are, so that a trace names those of the author.
  return [
    ...node,
    join(dirname(createRequire(import.meta.url).resolve('jiti/package.json')), 'lib/jiti-cli.mjs'),
  ]
}

function environment(config: ScriptConfig, folder: string, ctx: HandlerContext): Record<string, string> {
  const { id, scheduledTime } = ctx.execution
  return {
    ...inheritedEnv([...INHERITED_ENV, ...config.env]),
    HOME: folder,
    TMPDIR: join(folder, 'tmp'),
    // Lines come as they are printed, and nothing is written beside the files of the folder of scripts.
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    JITI_FS_CACHE: 'false',
    JOBU_EXECUTION_ID: String(id),
    JOBU_ATTEMPT: String(ctx.attempt),
    JOBU_SCHEDULED_TIME: scheduledTime.toISOString(),
  }
}

/** The file itself, wherever links lead, which must be inside the folder. */
async function scriptFile(folder: string, file: string): Promise<string> {
  const root = await realpath(folder).catch((error) => {
    throw new HandlerFailure('SCRIPT_START_FAILED', `worker.script.path ${folder} cannot be read`, {
      cause: error,
    })
  })
  const path = await realpath(join(root, file)).catch(() => undefined)
  if (!path?.startsWith(root + sep) || !(await lstat(path)).isFile()) {
    throw new HandlerFailure(
      'SCRIPT_START_FAILED',
      `there is no file "${file}" in the folder of scripts of this worker`,
    )
  }
  return path
}

async function layInputs(
  ctx: HandlerContext,
  wanted: Array<{ task?: string | undefined; name: string }>,
  folder: string,
): Promise<void> {
  const laid = new Map<string, number>()
  for (const pattern of wanted) {
    for (const artifact of await findArtifacts(ctx, pattern)) {
      const { id, name } = artifact
      const path = join(folder, name)
      if (laid.get(path) === id) continue
      if (laid.has(path)) {
        throw new HandlerFailure(
          'SCRIPT_START_FAILED',
          `two artifacts are named "${name}": name the task of one`,
        )
      }
      await mkdir(dirname(path), { recursive: true })
      await ctx.artifacts.toFile(artifact, path)
      laid.set(path, id)
    }
  }
}

/** Regular files alone: a link may lead anywhere. */
async function keepArtifacts(ctx: HandlerContext, folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) continue
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path).replaceAll(sep, '/')
    if (entry.isFile()) await ctx.artifacts.writeFile(name, path)
    else ctx.logger.warn('not kept as an artifact: it is no regular file', { name })
  }
}

/** The JSON of `result.json`, or else the last line of standard output where that is a JSON object or array, or else null. */
async function resultOf(ctx: HandlerContext, folder: string, stdout: string): Promise<unknown> {
  const path = join(folder, 'result.json')
  const found = await lstat(path).catch(() => undefined)
  if (found) {
    if (!found.isFile() || found.size > MAX_RESULT_BYTES) {
      const why = found.isFile() ? `has more than ${MAX_RESULT_BYTES} bytes` : 'is no regular file'
      throw new HandlerFailure('SCRIPT_RESULT_INVALID', `result.json ${why}`)
    }
    try {
      return JSON.parse(await readFile(path, 'utf8'))
    } catch (error) {
      throw new HandlerFailure('SCRIPT_RESULT_INVALID', `result.json: ${(error as Error).message}`, {
        cause: error,
      })
    }
  }
  const line = stdout.trimEnd().split('\n').at(-1)!.trim()
  if (!/^[[{].*[\]}]$/.test(line)) return null
  try {
    return JSON.parse(line)
  } catch {
    ctx.logger.debug('the last line is not JSON, so the script has no result')
    return null
  }
}

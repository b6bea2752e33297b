import { z } from 'zod'
import { defineHandler } from '../defineHandler.ts'
import { HandlerFailure } from '../errors.ts'
import { inheritedEnv, runCommand } from '../runCommand.ts'

const ERROR_TAIL_CHARS = 4_096
/** What a command may see of the worker's environment. Everything else may be a secret, DATABASE_URL first. */
const INHERITED_ENV = ['PATH', 'HOME', 'LANG', 'TZ']

export const shell = defineHandler({
  name: 'shell',
  description: 'Runs a command on the worker',
  params: z
    .strictObject({
      command: z.string().min(1).optional().describe('A command line for /bin/sh; or give argv'),
      argv: z.array(z.string()).min(1).optional().describe('Program and arguments, without a shell'),
      cwd: z.string().min(1).optional().describe("Working directory; default the worker's"),
      env: z
        .record(z.string(), z.string())
        .default({})
        .describe(`Environment beside ${INHERITED_ENV.join(', ')}`),
      stdin: z.string().default('').describe('Given to the command as its input'),
      expected_exit_codes: z
        .array(z.int().min(0).max(255))
        .min(1)
        .default([0])
        .describe('Exit codes that count as success'),
    })
    .refine((params) => (params.command === undefined) !== (params.argv === undefined), {
      path: ['command'],
      message: 'give either command or argv',
    }),

  async run({ argv, command, cwd, env, stdin, expected_exit_codes }, ctx) {
    const startedAt = performance.now()
    const ended = await runCommand(
      {
        argv: argv ?? ['/bin/sh', '-c', command!],
        cwd,
        env: { ...inheritedEnv(INHERITED_ENV), ...env },
        stdin,
      },
      ctx,
      'SHELL_START_FAILED',
    )
    const { exitCode, exitSignal, stdoutTail, stderrTail } = ended
    if (exitCode === null || !expected_exit_codes.includes(exitCode)) {
      const how = exitCode === null ? `was ended by ${exitSignal}` : `exited with code ${exitCode}`
      const why = stderrTail.trim().slice(-ERROR_TAIL_CHARS)
      const expected = expected_exit_codes.join(', ')
      throw new HandlerFailure(
        'SHELL_EXIT_UNEXPECTED',
        `command ${how}, expected ${expected}${why ? `: ${why}` : ''}`,
      )
    }
    return {
      exit_code: exitCode,
      stdout_tail: stdoutTail,
      stderr_tail: stderrTail,
      duration_ms: Math.round(performance.now() - startedAt),
    }
  },
})

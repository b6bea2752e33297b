import { spawnSync } from 'node:child_process'
import { describe, test } from '@jest/globals'

const hasPython = spawnSync('python3', ['--version']).status === 0 || Boolean(process.env.CI)
/** `describe` and `test` where there is a Python 3, and in CI, which has to have one; elsewhere told as skipped. */
export const pythonTests = hasPython ? describe : describe.skip
export const pythonTest = hasPython ? test : test.skip

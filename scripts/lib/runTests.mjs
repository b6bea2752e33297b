import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ROOT, run } from './run.mjs'

/** Of a run of everything, so many files that failed are run once more; more of them are no accident. */
const MOST_RETRIED = 3

/**
 * Runs jest and says at the end how many tests passed and failed.
 *
 * Of a run of everything, the few files that failed are run once more, by themselves: among thousands of tests beside
 * each other one meets what the machine does to it, and a defect is there at the second try as well. What the first try
 * said stays above, and each test that needed the second is named.
 *
 * @param {string[]} args  of jest; with any of them nothing is run again
 * @param {{ cwd?: string }} [options]  where jest's configuration is
 * @returns {Promise<number>} the exit code
 */
export async function runTests(args, { cwd = ROOT } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'jobu-test-'))
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
  const jest = async (name, ...given) => {
    const file = join(directory, name)
    const code = await run(
      process.execPath,
      [
        ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
        join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
        ...['--json', `--outputFile=${file}`, ...given],
      ],
      { cwd },
    )
    return { code, files: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testResults : [] }
  }

  const first = await jest('first.json', ...args)
  const failed = first.files.filter(({ status }) => status === 'failed')
  if (first.code === 0 || args.length > 0 || failed.length === 0 || failed.length > MOST_RETRIED) {
    sayCounts(first.files)
    return first.code
  }

  console.log(
    `\n${failed.length} of ${first.files.length} files failed; they are run once more, by themselves`,
  )
  const paths = failed.map(({ name }) => name)
  const second = await jest('second.json', '--runInBand', '--runTestsByPath', ...paths)
  const again = new Map(second.files.map((file) => [file.name, file]))
  const recovered = failed.filter(({ name }) => again.get(name)?.status === 'passed')
  for (const file of recovered) {
    const tests = file.assertionResults.filter(({ status }) => status === 'failed').map(nameOf)
    // None, where the file could not even be loaded.
    for (const test of tests.length > 0 ? tests : ['the file itself'])
      console.log(`failed once, passed alone: ${relative(cwd, file.name)} › ${test}`)
  }
  sayCounts(first.files.map((file) => again.get(file.name) ?? file))
  return recovered.length === failed.length ? second.code : second.code || 1
}

const nameOf = ({ ancestorTitles, title }) => [...ancestorTitles, title].join(' › ')

function sayCounts(files) {
  if (files.length === 0) return
  const count = (wanted) =>
    files.flatMap((file) => file.assertionResults).filter(({ status }) => status === wanted).length
  const skipped = count('pending')
  console.log(
    `${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  )
}

import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const executable = () => process.env.JOBU_CHROMIUM ?? PLACES.find((path) => existsSync(path))

/** Whether there is one to open. */
export const hasBrowser = () => existsSync(executable() ?? '')

/**
 * Chromium without a window, as it is installed or as `JOBU_CHROMIUM` says.
 *
 * @returns {Promise<import('playwright-core').Browser>}
 * @throws Error that says how to get it
 */
export async function openBrowser() {
  const executablePath = executable()
  if (executablePath === undefined || !existsSync(executablePath)) {
    throw new Error(
      `Pages need Chromium, and ${executablePath ?? PLACES.join(', ')} is not there: ` +
        'install it (apt-get install chromium), or set JOBU_CHROMIUM to its path',
    )
  }
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking'],
    timeout: 120_000,
  })
}

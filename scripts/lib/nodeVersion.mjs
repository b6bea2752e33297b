import { readFileSync } from 'node:fs'

// Imported before everything else: the other modules use what an older Node does not have.
const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const wanted = /[\d.]+/.exec(engines.node)[0]
const [major, minor = 0] = wanted.split('.').map(Number)
const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number)

if (haveMajor < major || (haveMajor === major && haveMinor < minor)) {
  console.error(
    `jobu needs Node ${wanted} or later; this is Node ${process.versions.node} (${process.execPath})`,
  )
  process.exit(1)
}

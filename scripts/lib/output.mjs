const isColoured = process.stdout.isTTY && !process.env.NO_COLOR
const COLOURS = { launcher: 1, dispatcher: 36, worker: 32, admin: 35, database: 33 }
const WIDTH = Math.max(...Object.keys(COLOURS).map((name) => name.length))

function writeLine(name, line) {
  const prefix = `${name.padEnd(WIDTH)} |`
  process.stdout.write(`${isColoured ? `\x1b[${COLOURS[name]}m${prefix}\x1b[0m` : prefix} ${line}\n`)
}

/** Says something as the launcher; several lines keep together. */
export function say(text) {
  for (const line of text.split('\n')) writeLine('launcher', line)
}

/** Where a service's output goes, and how the launcher speaks of the service. */
export const outputOf = (name) => ({
  onLine: (line) => writeLine(name, line),
  say: (text) => say(`${name} ${text}`),
})

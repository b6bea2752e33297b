/** A terminal's Ctrl+C arrives twice under npm: from the terminal, and passed on by npm. */
const SAME_CTRL_C_MS = 500
const PARENT_CHECK_MS = 1_000

/**
 * Listens for what asks this process to stop: Ctrl+C, SIGTERM, a closed terminal, a closed output, the end of the npm
 * that started it.
 *
 * @param {() => void} force called when asked a second time
 * @returns {{ signal: AbortSignal, requested: Promise<void> }} both tell of the first time
 */
export function stopRequests(force) {
  const stopping = new AbortController()
  const requested = new Promise((resolve) => stopping.signal.addEventListener('abort', () => resolve()))
  let askedAt
  const ask = () => {
    if (askedAt === undefined) {
      askedAt = Date.now()
      stopping.abort()
    } else if (Date.now() - askedAt > SAME_CTRL_C_MS) {
      force()
    }
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, ask)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stopping.abort())

  // Killed outright, npm cannot pass a signal on.
  const parent = process.ppid
  if (process.env.npm_lifecycle_event) {
    const check = setInterval(() => {
      if (process.ppid !== parent) stopping.abort()
    }, PARENT_CHECK_MS)
    check.unref()
  }
  return { signal: stopping.signal, requested }
}

/**
 * Serves commands that come over IPC, one after another, and ends when the driver does.
 *
 * @param {Record<string, (options: any) => Promise<unknown>>} commands
 */
export function serve(commands) {
  process.on('message', async ({ id, command, options }) => {
    if (!commands[command]) return
    try {
      process.send({ id, result: (await commands[command](options)) ?? null })
    } catch (error) {
      process.send({ id, error: error.stack })
    }
  })
  process.on('disconnect', () => process.exit(0))
  process.on('SIGTERM', () => process.exit(0))
  process.on('SIGINT', () => {})
  process.send({ type: 'ready' })
}

import { setTimeout as delay } from 'node:timers/promises'
import { adminAccess, adminPort, announceAdmin, DEFAULT_PORT } from './admin.mjs'
import { loadExamples } from './examples.mjs'
import { build, install } from './install.mjs'
import { openDatabase } from './launcherDatabase.mjs'
import { launcherSettings } from './launcherSettings.mjs'
import { outputOf, say } from './output.mjs'
import { run } from './run.mjs'
import { stopRequests } from './stopRequests.mjs'
import { supervise } from './supervisor.mjs'

/** Time on top of the worker's own drain until a service that does not stop is killed. */
const STOP_MARGIN_MS = 5_000
/** How long a service may take until it says that it is up. */
const START_TIMEOUT_MS = 60_000

/**
 * The life of `npm start`: install -> database -> migrate -> services -> ready -> (signal) -> services stop -> database
 * stops. A step that fails, or a signal on the way, goes straight to stopping.
 *
 * @param {string[]} names the services to start; none: all
 * @returns {Promise<number>} the exit code
 */
export async function launch(names) {
  const services = new Map()
  let database
  let withdrawAdmin
  let exitCode = 0
  let failure
  const { signal, requested } = stopRequests(() => {
    exitCode = 130
    for (const service of services.values()) service.kill()
  })

  const start = async (name, env) => {
    const service = supervise({ script: `apps/${name}/dist/main.js`, env, ...outputOf(name) })
    services.set(name, service)
    const timeout = delay(START_TIMEOUT_MS, null, { ref: false }).then(() => {
      throw new Error(`is not up after ${START_TIMEOUT_MS / 1000} s`)
    })
    try {
      return await Promise.race([service.up, timeout, requested])
    } catch (error) {
      throw new Error(`${name} ${error.message}; what it says is above`)
    }
  }

  let settings
  try {
    settings = launcherSettings(names)
    await install({ signal, say })
    await build({ signal })
    database = await openDatabase(settings, { signal, say })
    signal.throwIfAborted()
    const env = { ...settings.env, DATABASE_URL: database.url }
    if ((await run(process.execPath, ['packages/db/dist/cli/migrate.js'], { env, signal })) !== 0) {
      throw new Error('the database could not be migrated; the reason is above')
    }
    const engine = settings.services.filter((name) => name !== 'admin').map((name) => start(name, env))
    const admin = settings.services.includes('admin') ? startAdmin(settings, env, start) : undefined
    await Promise.all([...engine, admin])
    signal.throwIfAborted()
    if (admin) {
      withdrawAdmin = announceAdmin(settings.dataDir, (await admin).url)
      await loadExamples(await admin, settings.dataDir, { signal, say })
    }
    say(readyText(settings, database, await admin))
    await requested
  } catch (error) {
    if (!signal.aborted) {
      exitCode = 1
      failure = error
    }
  }

  withdrawAdmin?.()
  if (services.size > 0) say(`stopping ${[...services.keys()].join(', ')}`)
  const drainMs = Number(settings?.env.JOBU_WORKER_SHUTDOWN_TIMEOUT_SECONDS) * 1000 || 0
  await Promise.all([...services.values()].map((service) => service.stop(drainMs + STOP_MARGIN_MS)))
  await database?.stop()
  if (services.size > 0) say('stopped')
  // Last, where it is seen.
  if (failure) process.stderr.write(`npm start: ${failure.message}\n`)
  return exitCode
}

/** Starts admin on its configured port or, where none is, on the first that is free from the default on. */
async function startAdmin(settings, env, start) {
  const access = adminAccess(settings)
  for (;;) {
    const { port, isChosen, isFree } = await adminPort(env)
    if (!isChosen && port !== DEFAULT_PORT) say(`port ${DEFAULT_PORT} is in use, admin takes ${port}`)
    try {
      const up = await start('admin', {
        ...env,
        ...access.env,
        ...(isChosen ? {} : { JOBU_ADMIN_PORT: String(port) }),
      })
      return { ...access, ...up, url: up?.address ?? `http://localhost:${port}` }
    } catch (error) {
      // Between the look and the start another checkout's admin may have taken the port.
      if (isChosen || (await isFree())) throw error
      say(`port ${port} was taken by another program meanwhile`)
    }
  }
}

function readyText({ services, dataDir }, database, admin) {
  const lines = [`ready: ${services.join(', ')}`]
  if (admin) {
    const token = admin.hasOwnToken ? '$JOBU_ADMIN_TOKEN' : admin.token
    lines.push(
      `  open      ${admin.url}`,
      `  sign in   admin, ${passwordText(admin)}`,
      `  try       curl -H "Authorization: Bearer ${token}" ${admin.url}/api/v1/crons`,
    )
  }
  lines.push(`  data      ${database.place}`, `  secrets   ${dataDir}/credentials.json`, '  stop      Ctrl+C')
  return lines.join('\n')
}

function passwordText({ hasOwnPassword, isInitialPassword, initialPassword }) {
  if (hasOwnPassword) return 'password as set in JOBU_ADMIN_PASSWORD'
  if (isInitialPassword) return `password ${initialPassword}`
  return 'with the password it has in this database (lost: npm run jobu -- user set-password admin)'
}

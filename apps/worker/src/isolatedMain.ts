import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { Database, Databases, installDatabases } from '@jobu/db'
import { AbortReason, loadHandlers, parseParams, toJsonResult } from '@jobu/handlers'
import { type ContextAttempt, type ContextHost, ExecutionContext } from './handlerContext.ts'
import type { FromIsolated, RunOrder, ToIsolated } from './isolationProtocol.ts'
import { HandlerNotFound, kindOf, messageOf, stackOf } from './outcome.ts'
import { SecretMask } from './secretMask.ts'
import { makeWorkFolder } from './workFolders.ts'

/** The other side of `runIsolated`: one handler, one attempt, in a process or thread that can be killed. */
const controller = new AbortController()
const isProcess = isMainThread

const send = (message: FromIsolated) =>
  isProcess
    ? new Promise<void>((done) => process.send!(message, () => done()))
    : void parentPort!.postMessage(message)

function onMessage(message: ToIsolated): void {
  if (message.type === 'abort') controller.abort(new AbortReason(message.code, message.message))
  else void runOnce(message)
}

async function runOnce(order: RunOrder): Promise<void> {
  const databases = new Databases(order.databases, { applicationName: 'jobu-isolated', maxConnections: 2 })
  installDatabases(databases)
  try {
    const { registry } = await loadHandlers({
      shell: { enabled: order.isShellEnabled },
      paths: order.handlersPath,
    })
    const handler = registry.get(order.claim.handlerName)
    if (!handler) throw new HandlerNotFound(order.claim.handlerName)
    const host: ContextHost<ContextAttempt> = {
      databases,
      allowedDatabases: order.allowedDatabases,
      maxResultBytes: order.maxResultBytes,
      // Connects when it is used.
      artifacts: {
        db: new Database(order.databases.default!, {
          engine: true,
          maxConnections: 1,
          applicationName: 'jobu-isolated-artifacts',
        }),
        maxBytes: order.maxBytes,
        maxCount: order.maxCount,
      },
      workDir: () => makeWorkFolder(order.workDir),
      progress: (_, percent, step) =>
        void send({ type: 'progress', percent, ...(step === undefined ? {} : { step }) }),
      log: (_, level, message, fields) =>
        void send({ type: 'log', level, message: String(message), ...plain(fields) }),
      onCommitted: () => void send({ type: 'committed' }),
    }
    const context = new ExecutionContext(host, {
      claim: order.claim,
      mask: order.secrets.length > 0 ? new SecretMask(order.secrets) : null,
      signal: controller.signal,
    })
    const value = await handler.run(await parseParams(handler, order.params), context)
    await send({ type: 'done', json: toJsonResult(value, { maxBytes: order.maxResultBytes }) })
  } catch (error) {
    await send({ type: 'failed', name: kindOf(error), message: messageOf(error), stack: stackOf(error) })
  }
  process.exit(0)
}

/** Fields may hold what a channel cannot carry; a line is worth more than its fields. */
function plain(fields: object | undefined): { fields?: object } {
  if (fields === undefined) return {}
  try {
    return { fields: JSON.parse(JSON.stringify(fields)) as object }
  } catch (error) {
    return { fields: { unserializable: String(error) } }
  }
}

if (isProcess) {
  process.on('message', onMessage)
  process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
  // A handler that spins never hears of a worker that was killed: a thread looks whether our parent is still there.
  new Worker(
    `const parent = process.ppid
     setInterval(() => { if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL') }, 500)`,
    { eval: true, execArgv: [] },
  ).unref()
} else {
  parentPort!.on('message', onMessage)
}

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { HandlerContext, Isolation } from '@jobu/handlers'

// Plain objects, as a user's own file may have them. What they do beside returning, they tell the table "notes".

const note = (ctx: HandlerContext) =>
  ctx
    .getConnection()
    .query('INSERT INTO notes (execution_id, attempt) VALUES ($1, $2)', [ctx.execution.id, ctx.attempt])

/** Notes that it ran. */
export const noting = {
  name: 'noting',
  async run(_params: unknown, ctx: HandlerContext) {
    await note(ctx)
    return { attempt: ctx.attempt }
  },
}

let running = 0
/** Notes that it started, and runs until the file `gate` exists; tells how many ran beside it. */
export const gated = {
  name: 'gated',
  async run({ gate }: { gate: string }, ctx: HandlerContext) {
    running++
    const beside = running
    try {
      await note(ctx)
      while (!existsSync(gate)) await pause(5, undefined, { signal: ctx.signal })
      return { beside }
    } finally {
      running--
    }
  },
}

/** Notes that it started and waits for its signal; ends as it asks. */
export const cooperative = {
  name: 'cooperative',
  async run(_params: unknown, ctx: HandlerContext) {
    await note(ctx)
    await pause(60_000, undefined, { signal: ctx.signal })
  },
}

/** Takes no notice of its signal until the file `gate` exists. */
export const stubborn = {
  name: 'stubborn',
  async run({ gate }: { gate: string }, ctx: HandlerContext) {
    await note(ctx)
    while (!existsSync(gate)) await pause(10)
    return { signal: ctx.signal.aborted ? (ctx.signal.reason as { code?: string }).code : null }
  },
}

/** Blocks its event loop for `ms`, or until the file `gate` exists. */
function spin(ms: number, gate?: string): void {
  for (const end = Date.now() + ms; Date.now() < end && !(gate && existsSync(gate)); );
}

export const spinning = {
  name: 'spinning',
  async run({ ms, gate }: { ms: number; gate?: string }, ctx: HandlerContext) {
    await note(ctx)
    spin(ms, gate)
    return { spun: ms }
  },
}

/** Spins from the turn of the event loop in which it is started. */
export const spinningAtOnce = {
  name: 'spinning-at-once',
  async run({ ms }: { ms: number }) {
    spin(ms)
  },
}

/** Spins in a process or a thread of its own, beside a child that would outlive it. */
const spinningApart = (isolation: Isolation) => ({
  name: `spinning-${isolation}`,
  isolation,
  async run({ ms }: { ms: number }, ctx: HandlerContext) {
    const child: ChildProcess | undefined =
      isolation === 'process' ? spawn('sleep', ['120'], { stdio: 'ignore' }) : undefined
    ctx.logger.info('spinning', { pid: process.pid, childPid: child?.pid ?? null })
    await ctx
      .getConnection()
      .query('INSERT INTO notes (execution_id, attempt, pid, child_pid) VALUES ($1, $2, $3, $4)', [
        ctx.execution.id,
        ctx.attempt,
        process.pid,
        child?.pid ?? null,
      ])
    spin(ms)
    return { spun: ms }
  },
})
export const spinningInProcess = spinningApart('process')
export const spinningInThread = spinningApart('thread')

/** Writes to its log, and to its standard streams, before it returns. */
const talking = (isolation: Isolation) => ({
  name: `talking-${isolation}`,
  isolation,
  async run({ lines = 1 }: { lines?: number }, ctx: HandlerContext) {
    ctx.progress(10, 'first')
    ctx.progress(40)
    ctx.logger.info('by the logger', { isolation })
    for (let line = 1; line <= lines; line++) console.log(`to stdout ${line}`)
    if (isolation !== 'none') console.error('to stderr')
    ctx.progress(70, 'last')
  },
})
export const talkingInProcess = talking('process')
export const talkingInThread = talking('thread')
export const talkingHere = talking('none')

/** Adds one row in the transaction that ends it, and is in it for `ms`; at its first attempt for `firstMs`. */
const effective = (isolation: Isolation) => ({
  name: isolation === 'none' ? 'effective' : `effective-${isolation}`,
  isolation,
  async run({ ms = 0, firstMs = ms }: { ms?: number; firstMs?: number }, ctx: HandlerContext) {
    return ctx.transaction(async (tx) => {
      await tx.query('INSERT INTO effects (execution_id, attempt) VALUES ($1, $2)', [
        ctx.execution.id,
        ctx.attempt,
      ])
      await pause(ctx.attempt === 1 ? firstMs : ms, undefined, { signal: ctx.signal })
      return { attempt: ctx.attempt }
    })
  },
})
export const effectiveHere = effective('none')
export const effectiveInProcess = effective('process')

/** Says that it is there, then waits for a signal that must not come; see the gate. */
export const announced = {
  name: 'announced',
  async run({ file, gate }: { file: string; gate: string }) {
    writeFileSync(file, '')
    while (!existsSync(gate)) await pause(10)
  },
}

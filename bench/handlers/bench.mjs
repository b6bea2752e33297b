import { handled } from '../processes/probe.mjs'

/** jobu's trivial handler. Its result is stored with the execution. */
export const bench = {
  name: 'bench',
  run(params, ctx) {
    handled(params, ctx)
    return { ok: true }
  },
}

import { METHODS } from 'node:http'
import { metrics, ServiceMetrics, VERSION } from '@jobu/runtime'
import type { RequestHandler } from 'express'

const REQUEST_SECONDS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
/** What no route of the API has: files of the UI, and paths that do not exist. */
const OTHER_ROUTE = 'other'

/** Few words: never the name that was given. */
export type SignInFailure = 'unknown_name' | 'wrong_password' | 'disabled' | 'too_many' | 'token'

/** What admin counts. */
export class AdminMetrics extends ServiceMetrics {
  readonly #signInFailures: metrics.Counter<'reason'>
  readonly #requests: metrics.Histogram<'method' | 'route' | 'status'>

  /** @param openStreams  how many streams of events are open */
  constructor(openStreams: () => number) {
    super('admin', VERSION)
    const registers = [this.registry]
    this.#requests = new metrics.Histogram({
      name: 'jobu_http_request_duration_seconds',
      help: 'How long requests took, by method, route and status; streams of events are not among them',
      labelNames: ['method', 'route', 'status'],
      buckets: REQUEST_SECONDS,
      registers,
    })
    new metrics.Gauge({
      name: 'jobu_event_streams_open',
      help: 'Streams of events that clients have open',
      registers,
      collect() {
        this.set(openStreams())
      },
    })
    this.#signInFailures = new metrics.Counter({
      name: 'jobu_sign_in_failures_total',
      help: 'Requests that could not prove who sent them, by why',
      labelNames: ['reason'],
      registers,
    })
  }

  signInFailed(reason: SignInFailure): void {
    this.#signInFailures.inc({ reason })
  }

  /** Measures each request under the pattern of its route, never its path: paths are without number. */
  get middleware(): RequestHandler {
    return (request, response, next) => {
      const startedAt = performance.now()
      response.on('close', () => {
        // How long a stream was open tells nothing about how fast admin is.
        if (String(response.getHeader('content-type')).startsWith('text/event-stream')) return
        const route: unknown = request.route?.path
        const labels = {
          method: METHODS.includes(request.method) ? request.method : 'OTHER',
          route: typeof route === 'string' ? route : OTHER_ROUTE,
          status: response.statusCode,
        }
        this.#requests.observe(labels, (performance.now() - startedAt) / 1000)
      })
      next()
    }
  }
}

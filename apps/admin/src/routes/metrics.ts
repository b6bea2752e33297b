import { type Endpoint, endpoint } from '../http/endpoint.ts'

/** @param metrics  what is shown */
export function metricsEndpoints(metrics: { contentType: string; render(): Promise<string> }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/metrics',
      tag: 'service',
      role: 'viewer',
      summary: 'What Prometheus scrapes',
      description:
        'In its text format. Give Prometheus a token of the role viewer, as `authorization: { credentials: ... }`.',
      streamType: 'text/plain',
      async stream(_input, response) {
        const text = await metrics.render()
        response.set('Content-Type', metrics.contentType).send(text)
      },
    }),
  ]
}

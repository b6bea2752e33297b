import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { auditPage, listAuditQuery } from '../schemas/auditEntry.ts'
import type { AuditService } from '../services/auditService.ts'

export function auditEndpoints(entries: AuditService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/audit',
      tag: 'audit',
      role: 'admin',
      summary: 'Who did what, newest first',
      description:
        'Page with `page` and `size`, or from page to page with `cursor`, which is as fast anywhere.',
      query: listAuditQuery,
      answer: auditPage,
      run: ({ query }) => entries.list(query),
    }),
  ]
}

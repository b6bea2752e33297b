import { Router } from 'express'
import { methodNotAllowed } from '../http/methodNotAllowed.ts'
import { parseBody, parseId, parseQuery } from '../http/parse.ts'
import { bulkJobsBody, createJobBody, listJobsQuery, listLogsQuery } from '../schemas/job.ts'
import type { JobService } from '../services/jobService.ts'

export function jobsRouter(jobs: JobService): Router {
  const router = Router()
  router
    .route('/')
    .get(async (request, response) => {
      response.json(await jobs.list(parseQuery(listJobsQuery, request)))
    })
    .post(async (request, response) => {
      const { job, isNew } = await jobs.create(parseBody(createJobBody, request))
      response
        .status(isNew ? 201 : 200)
        .location(`${request.baseUrl}/${job.id}`)
        .json(job)
    })
    .all(methodNotAllowed)
  router
    .route('/bulk')
    .post(async (request, response) => {
      response.status(201).json(await jobs.createMany(parseBody(bulkJobsBody, request).jobs))
    })
    .all(methodNotAllowed)
  router
    .route('/:id')
    .get(async (request, response) => {
      response.json(await jobs.get(parseId(request)))
    })
    .delete(async (request, response) => {
      await jobs.remove(parseId(request))
      response.status(204).end()
    })
    .all(methodNotAllowed)
  router
    .route('/:id/runs')
    .get(async (request, response) => {
      response.json(await jobs.runs(parseId(request)))
    })
    .all(methodNotAllowed)
  router
    .route('/:id/logs')
    .get(async (request, response) => {
      response.json(await jobs.logs(parseId(request), parseQuery(listLogsQuery, request)))
    })
    .all(methodNotAllowed)
  router
    .route('/:id/retry')
    .post(async (request, response) => {
      response.json(await jobs.retry(parseId(request)))
    })
    .all(methodNotAllowed)
  router
    .route('/:id/cancel')
    .post(async (request, response) => {
      response.json(await jobs.cancel(parseId(request), response.locals.actor))
    })
    .all(methodNotAllowed)
  return router
}

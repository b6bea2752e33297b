import { Router } from 'express'
import { methodNotAllowed } from '../http/methodNotAllowed.ts'
import { parseBody, parseId, parseQuery } from '../http/parse.ts'
import {
  createCronBody,
  listCronsQuery,
  previewBody,
  toggleCronBody,
  triggerCronBody,
  updateCronBody,
} from '../schemas/cron.ts'
import type { CronService } from '../services/cronService.ts'

export function cronsRouter(crons: CronService): Router {
  const router = Router()
  router
    .route('/')
    .get(async (request, response) => {
      response.json(await crons.list(parseQuery(listCronsQuery, request)))
    })
    .post(async (request, response) => {
      const cron = await crons.create(parseBody(createCronBody, request))
      response.status(201).location(`${request.baseUrl}/${cron.id}`).json(cron)
    })
    .all(methodNotAllowed)
  router
    .route('/preview')
    .post(async (request, response) => {
      response.json(await crons.preview(parseBody(previewBody, request)))
    })
    .all(methodNotAllowed)
  router
    .route('/:id')
    .get(async (request, response) => {
      response.json(await crons.get(parseId(request)))
    })
    .put(async (request, response) => {
      response.json(await crons.update(parseId(request), parseBody(updateCronBody, request)))
    })
    .delete(async (request, response) => {
      await crons.remove(parseId(request), response.locals.actor)
      response.status(204).end()
    })
    .all(methodNotAllowed)
  router
    .route('/:id/toggle')
    .post(async (request, response) => {
      const { is_enabled } = parseBody(toggleCronBody, request)
      response.json(await crons.toggle(parseId(request), is_enabled))
    })
    .all(methodNotAllowed)
  router
    .route('/:id/trigger')
    .post(async (request, response) => {
      const { params } = parseBody(triggerCronBody, request)
      const job = await crons.trigger(parseId(request), params)
      const prefix = request.baseUrl.slice(0, request.baseUrl.lastIndexOf('/'))
      response.status(201).location(`${prefix}/jobs/${job.id}`).json(job)
    })
    .all(methodNotAllowed)
  return router
}

import type { Api } from '../api/api.ts'
import { ApiError } from '../errors.ts'
import type { Step } from './planApply.ts'

/** A step that the server refused. */
export interface FailedStep {
  name: string
  action: Step['action']
  error: string
}

/** Carries a plan out, step by step; one that is refused does not keep the others. @returns those that were refused */
export async function applySteps(api: Api, steps: readonly Step[]): Promise<FailedStep[]> {
  const failed: FailedStep[] = []
  for (const step of steps) {
    try {
      await carryOut(api, step)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const { name, action } = step
      failed.push({ name, action, error: isOutdated(error) ? MEANWHILE : error.message })
    }
  }
  return failed
}

const MEANWHILE =
  'was changed by somebody else meanwhile and is left as it is; apply again to see the new plan'
const isOutdated = ({ code, status }: ApiError): boolean =>
  ['CRON_CHANGED', 'CRON_NAME_TAKEN', 'CRON_NOT_FOUND'].includes(code) || status === 409

async function carryOut(api: Api, step: Step): Promise<void> {
  if (step.action === 'create') await api.crons.create(step.body)
  else if (step.action === 'change') await api.crons.update(step.cron.id, step.body)
  else if (step.action === 'delete') {
    const { version } = await api.crons.get(step.cron.id)
    if (version !== step.cron.version) throw new ApiError(409, 'CRON_CHANGED', step.name)
    await api.crons.remove(step.cron.id)
  }
}

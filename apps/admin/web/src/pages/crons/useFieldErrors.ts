import type { UseFormReturnType } from '@mantine/form'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../../api/apiError.ts'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { isExpressionCode } from '../../components/cronPreview/expressionCodes.ts'
import { paramErrors } from '../../components/params/paramErrors.ts'
import { bodyOf, type CronValues, changesOf, FIELDS } from './cronValues.ts'

type Field = keyof CronValues
export type ErrorOf = (field: Field) => string | undefined

interface Options {
  form: UseFormReturnType<CronValues>
  before: CronValues
  cron: Schemas['Cron'] | undefined
  /** What the server said when it was to be saved. */
  refused: ApiError | null
  /** Why the params cannot be read. */
  problem: string | null
}

const REQUIRED: Field[] = ['name', 'cron_expression', 'handler_name']
/** While something is still being typed it is not checked, in milliseconds. */
const CHECK_AFTER_MS = 500
/**
 * What is wrong with each field. The server checks what stands there, by a dry run, as it changes; of fields that nobody
 * has touched it is shown once somebody wants to save.
 */
export function useFieldErrors({ form, before, cron, refused, problem }: Options) {
  const { t } = useTranslation('cronForm')
  const [wasSubmitted, setWasSubmitted] = useState(false)
  const { values } = form
  const [checked] = useDebouncedValue(values, CHECK_AFTER_MS)
  const isComplete = REQUIRED.every((field) => String(checked[field]).trim() !== '')
  const { data: fault } = useQuery({
    queryKey: ['cron check', cron?.id ?? null, cron?.version ?? null, checked],
    queryFn: ({ signal }) => dryRun(checked, before, cron?.id, signal),
    enabled: isComplete && checked === values,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    meta: { isLive: false },
  })
  const error = checked === values && fault ? fault : refused
  const touched = Object.keys(changesOf(values, before))
  const said = error ? saidOf(error, t) : {}
  const missing = Object.fromEntries(
    REQUIRED.filter((field) => String(values[field]).trim() === '').map((field) => [field, t('needed')]),
  )
  const shown = Object.fromEntries(
    Object.entries({ ...said, ...(wasSubmitted ? missing : {}) }).filter(
      ([field]) => wasSubmitted || touched.includes(field),
    ),
  )
  const ofParams =
    error && (wasSubmitted || touched.includes('handler_params')) ? paramErrors(error, 'handler_params') : {}
  return {
    errorOf: ((field) => shown[field]) as ErrorOf,
    paramErrors: ofParams,
    count: Object.keys(shown).length + Object.keys(ofParams).length + (problem ? 1 : 0),
    /** Whether what is there can be sent; from now on everything that is wrong is shown. */
    submit: () => {
      setWasSubmitted(true)
      return Object.keys(missing).length === 0 && problem === null
    },
    /** Whether an error is about no field of the form. */
    isUnplaced: (other: ApiError) =>
      Object.keys(saidOf(other, t)).length === 0 &&
      Object.keys(paramErrors(other, 'handler_params')).length === 0,
  }
}

async function dryRun(
  values: CronValues,
  before: CronValues,
  id: number | undefined,
  signal: AbortSignal,
): Promise<ApiError | null> {
  const query = { dry_run: true }
  try {
    if (id === undefined)
      await fetchClient.POST('/crons', { params: { query }, body: bodyOf(values), signal })
    else
      await fetchClient.PUT('/crons/{id}', {
        params: { path: { id }, query },
        body: changesOf(values, before),
        signal,
      })
    return null
  } catch (error) {
    // What is wrong with the connection is told when it is saved.
    if (error instanceof ApiError) return error.status === 400 || error.status === 409 ? error : null
    throw error
  }
}

/** By field, in the language of the page where there are words for it. */
function saidOf(
  error: ApiError,
  t: ReturnType<typeof useTranslation<'cronForm'>>['t'],
): Record<string, string> {
  if (error.code === 'CRON_NAME_TAKEN') return { name: t('nameTaken') }
  return Object.fromEntries(
    error.details.flatMap(({ field, message, expected }) => {
      if (!FIELDS.includes(field as Field) || field === 'handler_params') return []
      if (isExpressionCode(error.code) && field === 'cron_expression')
        return [[field, t(`expressionError.${error.code}`, { expected })]]
      if (field === 'jitter_seconds' && typeof expected === 'string')
        return [[field, t('jitterError', { seconds: expected.replace(/\D+/g, '') })]]
      if (field === 'end_at') return [[field, t('endError')]]
      return [[field, message]]
    }),
  )
}

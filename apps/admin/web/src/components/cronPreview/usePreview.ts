import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ApiError } from '../../api/apiError.ts'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { isExpressionCode } from './expressionCodes.ts'

type Spec = Pick<Schemas['Cron'], 'cron_expression' | 'timezone' | 'day_match'>

/** While an expression is still being typed it is not read, in milliseconds. */
const READ_AFTER_MS = 300
/** Of a daily cron more than a year: both changes of the clocks are among them. */
const RUNS = 400

export interface Preview {
  data: Schemas['CronPreview'] | undefined
  error: ApiError | null
  /** What is wrong, in the language of the page. */
  words: string | undefined
  isPending: boolean
  isEmpty: boolean
}

/** When an expression fires next, and what is wrong with it, as it is typed. */
export function usePreview(spec: Spec): Preview {
  const { t, i18n } = useTranslation('cronForm')
  const [typed] = useDebouncedValue(spec.cron_expression.trim(), READ_AFTER_MS)
  const isEmpty = spec.cron_expression.trim() === ''
  const body = { ...spec, cron_expression: typed, count: RUNS }
  const { data, error, isFetching } = useQuery({
    queryKey: ['cron preview', body, i18n.language],
    queryFn: async ({ signal }) => {
      const answer = await fetchClient.POST('/crons/preview', { body, signal })
      return answer.data as Schemas['CronPreview']
    },
    enabled: typed !== '',
    placeholderData: keepPreviousData,
    retry: false,
    meta: { isLive: false },
  })
  const isFault = error instanceof ApiError && error.status === 400 && !isEmpty
  const expected = error?.details[0]?.expected
  return {
    data: isEmpty || error ? undefined : data,
    error: isEmpty ? null : error,
    words: isFault
      ? isExpressionCode(error.code)
        ? t(`expressionError.${error.code}`, { expected })
        : error.message
      : undefined,
    isPending: isFetching,
    isEmpty,
  }
}

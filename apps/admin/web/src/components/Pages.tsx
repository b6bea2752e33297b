import { Pagination } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { useFilters } from './useFilters.ts'

/** The pages of a list that comes by page, where there are several; which one is in the address. */
export function Pages({
  count = 1,
  filters,
}: {
  count: number | undefined
  filters: ReturnType<typeof useFilters>
}) {
  const { t } = useTranslation()
  if (count < 2) return null
  return (
    <Pagination
      aria-label={t('pages')}
      total={count}
      value={pageOf(filters)}
      onChange={(page) => filters.set({ page: String(page) })}
    />
  )
}

/** The page that the address names, from 1. */
export const pageOf = ({ get }: Pick<ReturnType<typeof useFilters>, 'get'>) => Number(get('page') ?? 1) || 1

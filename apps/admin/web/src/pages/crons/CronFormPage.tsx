import { Anchor, Breadcrumbs, Skeleton, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useParams, useSearchParams } from 'react-router'
import { api } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { CronForm } from './CronForm.tsx'
import { BLANK, valuesOf } from './cronValues.ts'

/** Makes a cron, from nothing or as the copy of another, or changes one. */
export default function CronFormPage() {
  const { t } = useTranslation('cronForm')
  const { id } = useParams()
  const [search] = useSearchParams()
  const source = id ?? search.get('copy')
  const { data, error, isPending, refetch } = api.useQuery(
    'get',
    '/crons/{id}',
    { params: { path: { id: Number(source) } } },
    // What is typed must not be replaced; a change by somebody else is found when it is saved.
    { enabled: source !== null, meta: { isLive: false }, refetchOnMount: 'always', gcTime: 0 },
  )
  const title = id ? t('editTitle', { name: data?.name ?? '' }) : t(source ? 'copyTitle' : 'newTitle')
  return (
    <>
      <Breadcrumbs mb={4} separator="/" fz="sm">
        <Anchor component={Link} to="/crons" size="sm" lh={1.5}>
          {t('nav.crons', { ns: 'common' })}
        </Anchor>
        {id && data ? (
          <Anchor component={Link} to={`/crons/${id}`} size="sm" lh={1.5} maw={300} truncate>
            {data.name}
          </Anchor>
        ) : null}
      </Breadcrumbs>
      <PageHeader title={title} />
      {source === null ? (
        <CronForm initial={{ ...BLANK, handler_name: search.get('handler') ?? BLANK.handler_name }} />
      ) : error ? (
        <ErrorNotice error={error} onRetry={refetch} />
      ) : isPending ? (
        <Stack aria-busy>
          <Skeleton height={180} />
          <Skeleton height={240} />
          <Skeleton height={240} />
        </Stack>
      ) : id ? (
        <CronForm initial={valuesOf(data)} cron={data} />
      ) : (
        <CronForm
          initial={{ ...valuesOf(data), name: t('copyName', { name: data.name }), is_enabled: false }}
        />
      )}
    </>
  )
}

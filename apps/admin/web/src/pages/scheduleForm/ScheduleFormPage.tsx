import { Anchor, Breadcrumbs, Skeleton, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useParams, useSearchParams } from 'react-router'
import { api } from '../../api/client.ts'
import { asSchedule } from '../../api/scheduleTypes.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { ScheduleEditor } from './ScheduleEditor.tsx'
import { BLANK, bodyOf } from './scheduleBody.ts'

/** Makes a schedule, from nothing or as the copy of another, or changes one. */
export default function ScheduleFormPage() {
  const { t } = useTranslation('scheduleForm')
  const { id } = useParams()
  const [search] = useSearchParams()
  const source = id ?? search.get('copy')
  const { data, error, isFetchedAfterMount, refetch } = api.useQuery(
    'get',
    '/schedules/{id}',
    { params: { path: { id: Number(source) } } },
    // What is drawn must not be replaced, nor begin with what another page has read a while ago.
    { enabled: source !== null, meta: { isLive: false }, refetchOnMount: 'always', gcTime: 0 },
  )
  const title = id ? t('editTitle', { title: data?.title ?? '' }) : t(source ? 'copyTitle' : 'newTitle')
  return (
    <>
      <Breadcrumbs mb={4} separator="/" fz="sm">
        <Anchor component={Link} to="/schedules" size="sm" lh={1.5}>
          {t('nav.schedules', { ns: 'common' })}
        </Anchor>
        {id && data ? (
          <Anchor component={Link} to={`/schedules/${id}`} size="sm" lh={1.5} maw={300} truncate>
            {data.title}
          </Anchor>
        ) : null}
      </Breadcrumbs>
      <PageHeader title={title} />
      {source === null ? (
        <ScheduleEditor initial={BLANK} />
      ) : error ? (
        <ErrorNotice error={error} onRetry={refetch} />
      ) : !isFetchedAfterMount || !data ? (
        <Stack aria-busy>
          <Skeleton height={60} />
          <Skeleton height={480} />
        </Stack>
      ) : id ? (
        <ScheduleEditor initial={bodyOf(asSchedule(data))} schedule={asSchedule(data)} />
      ) : (
        <ScheduleEditor
          initial={{
            ...bodyOf(asSchedule(data)),
            title: t('copyName', { title: data.title }),
            is_enabled: false,
          }}
        />
      )}
    </>
  )
}

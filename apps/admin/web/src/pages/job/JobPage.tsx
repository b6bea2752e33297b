import { Box, Button, Skeleton, Stack } from '@mantine/core'
import { IconMapOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { JobArtifacts } from '../../components/artifacts/JobArtifacts.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { Attempts } from './Attempts.tsx'
import { ErrorPanel } from './ErrorPanel.tsx'
import { JobFacts } from './JobFacts.tsx'
import { JobHeader } from './JobHeader.tsx'
import { JobLog } from './JobLog.tsx'
import classes from './JobPage.module.css'
import { JsonBlock } from './JsonBlock.tsx'
import { WhyPanel } from './WhyPanel.tsx'

export type JobDetail = Schemas['JobDetail']

/** One execution: how far it is, why, what it logged, and what can be done to it. */
export default function JobPage() {
  const { id } = useParams()
  const number = Number(id)
  const isId = Number.isSafeInteger(number) && number >= 0
  return isId ? <KnownJob key={number} id={number} /> : <NoJob name={id ?? ''} />
}

function KnownJob({ id }: { id: number }) {
  const { data, error, isPending, refetch } = api.useQuery('get', '/jobs/{id}', { params: { path: { id } } })
  if (error?.status === 404) return <NoJob name={`#${id}`} />
  if (isPending) return <Loading />
  if (!data) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  const job = data as JobDetail
  return (
    <>
      {error && (
        <Box mb="md">
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        </Box>
      )}
      <JobHeader job={job} />
      <div className={classes.grid}>
        <Stack gap="md" miw={0}>
          <WhyPanel job={job} />
          <ErrorPanel job={job} />
          <Attempts job={job} />
          <JobArtifacts id={job.id} />
          <JobLog job={job} />
        </Stack>
        <Stack gap="md" miw={0}>
          <JobFacts job={job} />
          <Payload job={job} />
        </Stack>
      </div>
    </>
  )
}

function Payload({ job: { status, params, result } }: { job: JobDetail }) {
  const { t } = useTranslation(['job', 'common'])
  const isFinal = !['PENDING', 'RUNNING'].includes(status)
  return (
    <>
      <JsonBlock title={t('params.title')} value={params} empty={t('params.empty')} />
      {/* Of a skipped one it is how many slots it stands for, which is told above. */}
      {status !== 'SKIPPED' && (
        <JsonBlock
          title={t('result.title')}
          value={result}
          empty={t(isFinal ? 'result.empty' : 'result.notYet')}
        />
      )}
    </>
  )
}

function NoJob({ name }: { name: string }) {
  const { t } = useTranslation(['job', 'common'])
  return (
    <EmptyState title={t('notFound.title', { name })} text={t('notFound.text')} icon={IconMapOff}>
      <Button component={Link} to="/jobs" variant="light">
        {t('notFound.back')}
      </Button>
    </EmptyState>
  )
}

function Loading() {
  const { t } = useTranslation('common')
  return (
    <Stack gap="md" role="status" aria-label={t('loading')}>
      <Skeleton height={36} width="40%" />
      <div className={classes.grid}>
        <Stack gap="md">
          <Skeleton height={110} />
          <Skeleton height={160} />
          <Skeleton height={300} />
        </Stack>
        <Skeleton height={360} />
      </div>
    </Stack>
  )
}

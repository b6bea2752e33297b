import { Paper, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { ErrorNotice } from '../ErrorNotice.tsx'
import { ArtifactTable } from './ArtifactTable.tsx'

/** The files that the attempts of an execution left; nothing of one that left none. */
export function JobArtifacts({ id }: { id: number }) {
  const { t } = useTranslation('artifacts')
  const { data, error, refetch } = api.useQuery('get', '/jobs/{id}/artifacts', { params: { path: { id } } })
  if (error && error.status !== 404) return <ErrorNotice error={error} onRetry={() => void refetch()} />
  if (!data || data.items.length === 0) return null
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="artifacts">
      <Title order={2} size="h4" id="artifacts" mb="xs">
        {t('title')}
      </Title>
      <ArtifactTable artifacts={data.items} label={t('title')} />
    </Paper>
  )
}

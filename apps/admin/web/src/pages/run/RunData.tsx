import { Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { RunDetail } from '../../api/scheduleTypes.ts'
import { RunArtifacts } from '../../components/artifacts/RunArtifacts.tsx'
import { JsonBlock } from '../job/JsonBlock.tsx'

/** What the run was given, and the files it left. */
export function RunData({ run }: { run: RunDetail }) {
  const { t } = useTranslation('run')
  return (
    <Stack gap="md">
      <RunArtifacts scheduleId={run.schedule_id} runId={run.id} />
      <JsonBlock title={t('params')} value={run.params} empty={t('noParams')} />
    </Stack>
  )
}

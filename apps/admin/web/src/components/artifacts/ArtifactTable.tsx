import { ActionIcon, Anchor, Box, Group, Table, Text, Tooltip } from '@mantine/core'
import { IconDownload, IconEye } from '@tabler/icons-react'
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Artifact } from '../../api/scheduleTypes.ts'
import { Instant } from '../../time/Instant.tsx'
import { openWindow } from '../openWindow.tsx'
import { ArtifactPreview } from './ArtifactPreview.tsx'
import { contentPath, formatBytes, previewKind } from './artifactKind.ts'

const preview = (artifact: Artifact) =>
  openWindow(artifact.name, () => <ArtifactPreview artifact={artifact} />, {
    size: 'min(960px, 94vw)',
    centered: true,
    'aria-label': i18next.t('contentOf', { ns: 'artifacts', name: artifact.name }),
  })

interface Props {
  artifacts: Artifact[]
  /** What the table shows, for who hears it. */
  label: string
  /** Whose they are: of an execution, or beside its task, is known. */
  hasTask?: boolean
}

/** Files, each to be looked at and downloaded. */
export function ArtifactTable({ artifacts, label, hasTask = false }: Props) {
  const { t } = useTranslation('artifacts')
  return (
    <Box style={{ overflowX: 'auto' }}>
      <Table verticalSpacing={6} aria-label={label} styles={{ th: { whiteSpace: 'nowrap' } }}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('name')}</Table.Th>
            {hasTask && <Table.Th scope="col">{t('task')}</Table.Th>}
            <Table.Th scope="col" ta="right">
              {t('size')}
            </Table.Th>
            <Table.Th scope="col" visibleFrom="sm">
              {t('from')}
            </Table.Th>
            <Table.Th scope="col" visibleFrom="sm">
              {t('made')}
            </Table.Th>
            <Table.Th scope="col">{t('actions')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {artifacts.map((artifact) => {
            const { id, name, task_key, content_type, size_bytes, execution_id, attempt, created_at } =
              artifact
            const isShown = previewKind(content_type, size_bytes) !== null
            return (
              <Table.Tr key={id}>
                <Table.Td style={{ overflowWrap: 'anywhere' }} miw={120}>
                  {name}
                  <Text size="xs" c="dimmed">
                    {content_type}
                  </Text>
                </Table.Td>
                {hasTask && <Table.Td style={{ overflowWrap: 'anywhere' }}>{task_key}</Table.Td>}
                <Table.Td ta="right" className="tabular" style={{ whiteSpace: 'nowrap' }}>
                  {formatBytes(size_bytes)}
                </Table.Td>
                <Table.Td visibleFrom="sm" style={{ whiteSpace: 'nowrap' }}>
                  <Anchor component={Link} to={`/jobs/${execution_id}`} inherit>
                    #{execution_id}
                  </Anchor>{' '}
                  {attempt > 1 && t('attempt', { attempt })}
                </Table.Td>
                <Table.Td visibleFrom="sm" style={{ whiteSpace: 'nowrap' }}>
                  <Instant at={created_at} style="minute" />
                </Table.Td>
                <Table.Td>
                  <Group gap={2} wrap="nowrap">
                    {isShown && (
                      <Tooltip label={t('preview')}>
                        <ActionIcon
                          variant="subtle"
                          color="gray"
                          size={36}
                          aria-label={t('previewOf', { name })}
                          onClick={() => preview(artifact)}
                        >
                          <IconEye size={18} aria-hidden />
                        </ActionIcon>
                      </Tooltip>
                    )}
                    <Tooltip label={t('download')}>
                      <ActionIcon
                        component="a"
                        href={contentPath(id)}
                        download
                        variant="subtle"
                        color="gray"
                        size={36}
                        aria-label={t('downloadOf', { name })}
                      >
                        <IconDownload size={18} aria-hidden />
                      </ActionIcon>
                    </Tooltip>
                  </Group>
                </Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </Box>
  )
}

import { Box, Button, Code, Group, Paper, Title } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { stringify } from 'yaml'
import { CopyIcon } from '../../components/CopyIcon.tsx'

/** Something as YAML, to read, to copy, to keep as a file. @param name  of the file, as it may be called by people */
export function YamlView({ value, name }: { value: unknown; name: string }) {
  const { t } = useTranslation('schedules')
  const text = useMemo(() => stringify(value, { lineWidth: 110 }), [value])
  const download = () => {
    const address = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }))
    const link = document.createElement('a')
    link.href = address
    link.download = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}.yaml`
    link.click()
    URL.revokeObjectURL(address)
  }
  return (
    <Paper withBorder p="md" component="section" aria-label="YAML" miw={0}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          YAML
        </Title>
        <Group gap={4}>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={download}
          >
            {t('yaml.download')}
          </Button>
          <CopyIcon text={text} label={t('yaml.copy')} />
        </Group>
      </Group>
      <Box component="pre" m={0} mah={520} style={{ overflow: 'auto' }} tabIndex={0}>
        <Code block style={{ overflow: 'visible', width: 'max-content', minWidth: '100%' }}>
          {text}
        </Code>
      </Box>
    </Paper>
  )
}

import { Button, Collapse, Group, Paper, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { CopyIcon } from '../../components/CopyIcon.tsx'
import { reasonMeaning, reasonText } from '../../components/ReasonText.tsx'
import { CodeBlock } from './CodeBlock.tsx'
import classes from './JobPage.module.css'

/** What went wrong, in words, with the stack of the last attempt that has one. */
export function ErrorPanel({ job: { status, reason, error_message, runs } }: { job: Schemas['JobDetail'] }) {
  const { t } = useTranslation(['job', 'reasons'])
  const [isOpen, { toggle }] = useDisclosure(false)
  const last = runs.findLast((run) => run.error_message !== null)
  const message = error_message ?? (status === 'SUCCESS' ? null : (last?.error_message ?? null))
  const code = reason ?? last?.reason ?? null
  if (message === null || ['SUCCESS', 'SKIPPED', 'CANCELLED'].includes(status)) return null
  const stack = last?.error_stack ?? null
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="error" className={classes.error}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="error">
          {t('error.title')}
          {code && `: ${reasonText(code)}`}
        </Title>
        <CopyIcon text={stack ?? message} />
      </Group>
      {code && (
        <Text size="sm" c="dimmed" mb="xs">
          {reasonMeaning(code)} {status === 'PENDING' && t('error.willRetry')}
        </Text>
      )}
      <CodeBlock label={t('error.title')}>{message}</CodeBlock>
      {stack && (
        <>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            mt="xs"
            onClick={toggle}
            aria-expanded={isOpen}
            leftSection={
              isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />
            }
          >
            {t(isOpen ? 'error.hideStack' : 'error.showStack')}
          </Button>
          <Collapse expanded={isOpen}>
            <CodeBlock label={t('error.stack')}>{stack}</CodeBlock>
          </Collapse>
        </>
      )}
    </Paper>
  )
}

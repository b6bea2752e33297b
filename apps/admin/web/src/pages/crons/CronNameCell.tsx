import { Anchor, Box, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { scheduleWords } from '../../components/scheduleWords.ts'
import { RelativeTime } from '../../time/Instant.tsx'
import classes from './cronColumns.module.css'

/** A cron's name, and below it what it does, or why it was disabled. */
export function CronNameCell({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('crons')
  const { id, name, description, handler_name } = cron
  const reason = cron.is_enabled ? null : cron.disabled_reason
  return (
    <Box maw={{ base: 150, sm: 210 }}>
      <Anchor component={Link} to={`/crons/${id}`} fw={600} size="sm" display="block" truncate title={name}>
        {name}
      </Anchor>
      {reason ? (
        <Tooltip label={reason} multiline maw={400}>
          <Text size="xs" className={classes.warning} truncate>
            {t('disabledBecause', { reason })}
          </Text>
        </Tooltip>
      ) : (
        <>
          <Text size="xs" c="dimmed" truncate visibleFrom="sm" title={description ?? undefined}>
            <Text span ff="monospace" inherit>
              {handler_name}
            </Text>
            {description && ` · ${description}`}
          </Text>
          <Text size="xs" c="dimmed" truncate hiddenFrom="sm">
            {cron.next_run_at && cron.is_enabled && (
              <>
                <RelativeTime at={cron.next_run_at} cronZone={cron.timezone} /> ·{' '}
              </>
            )}
            {scheduleWords(cron)}
          </Text>
        </>
      )}
    </Box>
  )
}

import { Alert, List, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { formatInstant } from '../../time/format.ts'
import { formatRunning, stretchesOver } from './load.ts'

const SHOWN = 5

/** The times for which the workers have too few slots, the fullest first. */
export function OverCapacity({ forecast, zone }: { forecast: Schemas['Forecast']; zone: string }) {
  const { t, i18n } = useTranslation('forecast')
  const over = stretchesOver(forecast).sort((a, b) => b.running - a.running)
  if (over.length === 0 || forecast.pool_size === 0) return null
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={t('over.title')} role="note">
      <Text size="sm">{t('over.text')}</Text>
      <List size="sm" mt={4}>
        {over.slice(0, SHOWN).map(({ from, to, running }) => (
          <List.Item key={from} className="tabular" style={{ whiteSpace: 'normal' }}>
            {t('over.stretch', {
              from: formatInstant(from, zone, 'minute'),
              to: formatInstant(to, zone, 'minute').slice(-5),
              running: formatRunning(running, i18n.language),
              slots: forecast.pool_size,
            })}
          </List.Item>
        ))}
      </List>
      {over.length > SHOWN && <Text size="sm">{t('over.more', { count: over.length - SHOWN })}</Text>}
    </Alert>
  )
}

import { Alert, List } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'

/** Corrections that are named before they are counted. */
const NAMED = 20

interface Props {
  answer: Schemas['StatisticsRebuilt']
  month: string
  onClose: () => void
}

/** What differed when a month was counted anew. */
export function Rebuilt({ answer: { corrected }, month, onClose }: Props) {
  const { t } = useTranslation(['scheduleCalendar', 'common'])
  return (
    <Alert
      color="teal"
      mb="sm"
      role="status"
      icon={<IconCheck aria-hidden />}
      title={t('rebuild.done', { month })}
      onClose={onClose}
      withCloseButton
      closeButtonLabel={t('common:close')}
    >
      {corrected.length === 0 ? (
        t('rebuild.same')
      ) : (
        <>
          {t('rebuild.corrected', { count: corrected.length })}
          <List size="sm" mt={4}>
            {corrected.slice(0, NAMED).map(({ date, status, was, is }) => (
              <List.Item key={`${date} ${status}`}>
                {t('rebuild.one', { date, status: t(`common:status.${status}`), was, is })}
              </List.Item>
            ))}
          </List>
        </>
      )}
    </Alert>
  )
}

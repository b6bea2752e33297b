import { Alert, Button, Group, Loader, Progress, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { FormModal } from '../../components/FormModal.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { BulkCounts } from './BulkCounts.tsx'
import type { BulkTarget, BulkVerb } from './runBulk.ts'
import { useBulk } from './useBulk.ts'

/** What has to be typed before executions are deleted. */
const TYPED = 'delete'

/** Asks with the count of what will be done, does it, and shows how far it is. */
export function BulkDialog({
  verb,
  target,
  description,
  onClose,
}: {
  verb: BulkVerb
  target: BulkTarget
  /** In words, what is meant: the rows chosen, or the filter. */
  description: string
  /** @param isDone  all was done */
  onClose: (isDone: boolean) => void
}) {
  const { t, i18n } = useTranslation(['jobs', 'common'])
  const { phase, counts, changed, error, run, stop, recount } = useBulk(verb, target)
  const [typed, setTyped] = useState('')
  const number = (count: number) => count.toLocaleString(i18n.language)
  const about = (count: number, isExact: boolean) =>
    isExact ? number(count) : t('bulk.atLeast', { count: number(count) })
  const submit = async () => {
    const sum = await run()
    if (sum === null) return
    notifyDone(t(`bulk.${verb}.done`, { number: number(sum) }))
    onClose(true)
  }
  const isRunning = phase === 'running'
  const able = counts?.remaining ?? 0
  return (
    <FormModal
      title={t(`bulk.${verb}.title`)}
      // Closed while it works it would go on unseen.
      onClose={() => !isRunning && onClose(false)}
      withCloseButton={!isRunning}
      onSubmit={() => void submit()}
    >
      <Text size="sm" c="dimmed">
        {description}
      </Text>
      {phase === 'counting' && (
        <Group gap="sm" role="status">
          <Loader size="xs" aria-hidden />
          <Text size="sm">{t('bulk.counting')}</Text>
        </Group>
      )}
      {counts && phase === 'ready' && (
        <>
          <Text>
            {able === 0
              ? t(`bulk.${verb}.none`)
              : t(`bulk.${verb}.message`, { number: about(able, counts.isExact) })}
          </Text>
          <BulkCounts verb={verb} counts={counts} about={about} />
        </>
      )}
      {isRunning && (
        <Stack gap={6} role="status">
          <Progress
            value={counts?.isExact && able > 0 ? Math.min(100, (100 * changed) / able) : 100}
            animated
            aria-label={t('bulk.progress')}
          />
          <Text size="sm" className="tabular">
            {t('bulk.doneOf', { changed: number(changed), all: about(able, counts?.isExact ?? true) })}
          </Text>
        </Stack>
      )}
      {phase === 'stopped' && (
        <Alert color="orange" title={t('bulk.stopped')}>
          {t('bulk.stoppedText', {
            changed: number(changed),
            remaining: about(able, counts?.isExact ?? true),
          })}
        </Alert>
      )}
      {error && <ErrorNotice error={error} onRetry={() => void recount()} />}
      {verb === 'delete' && phase === 'ready' && able > 0 && (
        <>
          <Text size="sm" fw={600}>
            {t('common:cannotBeUndone')}
          </Text>
          <TextInput
            label={t('common:confirmTyping', { text: TYPED })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        </>
      )}
      <Group justify="flex-end">
        {isRunning ? (
          <Button variant="default" onClick={() => void stop()}>
            {t('bulk.stop')}
          </Button>
        ) : (
          <Button variant="default" onClick={() => onClose(false)}>
            {phase === 'stopped' ? t('common:close') : t('common:cancel')}
          </Button>
        )}
        {phase !== 'stopped' && (
          <Button
            type="submit"
            color={verb === 'retry' ? 'indigo' : 'red'}
            loading={isRunning}
            disabled={phase !== 'ready' || able === 0 || (verb === 'delete' && typed !== TYPED)}
          >
            {phase === 'ready' && able > 0
              ? t(`bulk.${verb}.action`, { number: about(able, counts!.isExact) })
              : t(`bulk.${verb}.verb`)}
          </Button>
        )}
      </Group>
    </FormModal>
  )
}

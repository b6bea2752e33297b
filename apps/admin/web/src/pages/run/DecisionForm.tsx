import { Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fetchClient } from '../../api/client.ts'
import type { RunDetail, RunTask } from '../../api/scheduleTypes.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { readSchedulesAnew } from '../../components/scheduleActions/readSchedulesAnew.ts'
import { withFollowers } from './runParts.ts'

interface Props {
  run: RunDetail
  task: RunTask
  verdict: 'approve' | 'reject'
  close: () => void
}

/** A person's word on a task that waits for one, with why. */
export function DecisionForm({ run, task: { key, approval }, verdict, close }: Props) {
  const { t } = useTranslation(['run', 'common'])
  const [comment, setComment] = useState('')
  const after = withFollowers(run, [key]).size - 1
  const decide = useMutation({
    mutationFn: () =>
      fetchClient.POST(
        verdict === 'approve'
          ? '/schedules/{id}/runs/{run_id}/tasks/{key}/approve'
          : '/schedules/{id}/runs/{run_id}/tasks/{key}/reject',
        {
          params: { path: { id: run.schedule_id, run_id: run.id, key } },
          body: comment.trim() ? { comment: comment.trim() } : {},
        },
      ),
    onSuccess: () => {
      close()
      notifyDone(t(`decide.${verdict}Done`, { key }))
      return readSchedulesAnew()
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        decide.mutate()
      }}
    >
      <Stack>
        {approval?.message && (
          <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {approval.message}
          </Text>
        )}
        <Text size="sm">{t(`decide.${verdict}Text`, { count: after })}</Text>
        <Textarea
          label={t('decide.comment')}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          maxLength={2_000}
          autosize
          minRows={2}
          data-autofocus
        />
        {decide.error && <ErrorNotice error={decide.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('common:cancel')}
          </Button>
          <Button type="submit" color={verdict === 'approve' ? undefined : 'red'} loading={decide.isPending}>
            {t(`decide.${verdict}`)}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

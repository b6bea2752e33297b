import { Button, Group, Stack, Text } from '@mantine/core'
import { IconPlayerPlayFilled } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../ErrorNotice.tsx'
import { notifyDone } from '../notify.tsx'
import { ParamsEditor } from '../params/ParamsEditor.tsx'
import { paramErrors } from '../params/paramErrors.ts'
import type { Params } from '../params/paramsSchema.ts'
import { sameJson } from '../params/sameJson.ts'
import { HandlerNotice } from './HandlerNotice.tsx'
import type { GoTo } from './openRunNow.tsx'
import { readCronsAnew } from './readCronsAnew.ts'

interface Props {
  cron: Schemas['Cron']
  goTo: GoTo
  close: () => void
}

export default function RunNowForm({ cron, goTo, close }: Props) {
  const { t } = useTranslation('cronActions')
  const [params, setParams] = useState<Params>(cron.handler_params)
  const [problem, setProblem] = useState<string | null>(null)
  const isOwn = sameJson(params, cron.handler_params)
  const run = useMutation({
    mutationFn: async () => {
      const { data } = await fetchClient.POST('/crons/{id}/trigger', {
        params: { path: { id: cron.id } },
        body: isOwn ? {} : { params },
      })
      return data as Schemas['Job']
    },
    onSuccess: ({ id }) => {
      notifyDone(t('started', { name: cron.name }), {
        label: t('openRun', { id }),
        onClick: () => goTo(`/jobs/${id}`),
      })
      close()
      return readCronsAnew()
    },
  })
  const errors = run.error ? paramErrors(run.error, 'params', 'handler_params') : {}
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('runText')}
      </Text>
      <HandlerNotice name={cron.handler_name} />
      <ParamsEditor
        handlerName={cron.handler_name}
        value={params}
        onChange={(next, why) => {
          setParams(next)
          setProblem(why)
        }}
        errors={errors}
        isNarrow
      />
      {run.error && Object.keys(errors).length === 0 && <ErrorNotice error={run.error} />}
      <Group justify="space-between">
        <Text size="sm" c="dimmed" aria-live="polite">
          {t(isOwn ? 'paramsOwn' : 'paramsChanged')}
        </Text>
        <Group gap="xs" ml="auto">
          <Button variant="default" onClick={close}>
            {t('cancel', { ns: 'common' })}
          </Button>
          <Button
            leftSection={<IconPlayerPlayFilled size={16} aria-hidden />}
            loading={run.isPending}
            disabled={problem !== null}
            onClick={() => run.mutate()}
          >
            {t('runNow')}
          </Button>
        </Group>
      </Group>
    </Stack>
  )
}

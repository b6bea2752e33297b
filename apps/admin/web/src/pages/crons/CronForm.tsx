import { Button, Group, Paper, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconDeviceFloppy } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { readCronsAnew } from '../../components/cronActions/readCronsAnew.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import classes from '../../components/formBar.module.css'
import { LeaveGuard } from '../../components/LeaveGuard.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { scrollHere } from '../../components/scrollHere.ts'
import { bodyOf, type CronValues, changesOf, valuesOf } from './cronValues.ts'
import { GeneralFields } from './GeneralFields.tsx'
import { HandlerFields } from './HandlerFields.tsx'
import { PolicyFields } from './PolicyFields.tsx'
import { ScheduleFields } from './ScheduleFields.tsx'
import { useFieldErrors } from './useFieldErrors.ts'
import { VersionConflict } from './VersionConflict.tsx'

type Cron = Schemas['Cron']

interface Props {
  initial: CronValues
  /** The one that is changed; none: one is made. */
  cron?: Cron
}

/** All of a cron. What the server would refuse is said beside its field, already before it is saved. */
export function CronForm({ initial, cron: read }: Props) {
  const { t } = useTranslation('cronForm')
  const navigate = useNavigate()
  /** The cron that the changes are told against: another one after somebody else's were taken over. */
  const [cron, setCron] = useState(read)
  const [before, setBefore] = useState(initial)
  const [problem, setProblem] = useState<string | null>(null)
  const isSaved = useRef(false)
  const frame = useRef<HTMLFormElement>(null)
  const form = useForm<CronValues>({ initialValues: initial })
  const { values } = form

  const save = useMutation({
    mutationFn: (version: number | undefined) => send(values, before, cron, version),
    onSuccess: ({ id, name }) => {
      isSaved.current = true
      notifyDone(t(cron ? 'saved' : 'created', { name }))
      void readCronsAnew()
      void navigate(`/crons/${id}`)
    },
    onError: () => requestAnimationFrame(() => focusFirstFault(frame.current)),
  })
  const isConflict = save.error?.code === 'CRON_CHANGED'
  const faults = useFieldErrors({ form, before, cron, refused: isConflict ? null : save.error, problem })
  const takeOver = (theirs: Cron) => {
    const [old, fresh] = [before, valuesOf(theirs)]
    const mine = changesOf(values, old)
    form.setValues({ ...fresh, ...pick(values, Object.keys(mine) as Array<keyof CronValues>) })
    setCron(theirs)
    setBefore(fresh)
    save.reset()
  }
  const discard = (theirs: Cron) => {
    form.setValues(valuesOf(theirs))
    setCron(theirs)
    setBefore(valuesOf(theirs))
    save.reset()
  }
  const isDirty = Object.keys(changesOf(values, before)).length > 0
  const submit = () => {
    if (faults.submit()) save.mutate(cron?.version)
    else requestAnimationFrame(() => focusFirstFault(frame.current))
  }
  return (
    <form
      ref={frame}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <LeaveGuard isDirty={isDirty} isSaved={isSaved} />
      <Stack gap="md" className={classes.fields}>
        <GeneralFields form={form} errorOf={faults.errorOf} />
        <ScheduleFields form={form} errorOf={faults.errorOf} />
        <HandlerFields
          form={form}
          before={before}
          errorOf={faults.errorOf}
          paramErrors={faults.paramErrors}
          onProblem={setProblem}
        />
        <PolicyFields form={form} errorOf={faults.errorOf} />
        {cron && isConflict && (
          <VersionConflict
            before={before}
            mine={values}
            id={cron.id}
            onTakeOver={takeOver}
            onDiscard={discard}
          />
        )}
        {save.error && !isConflict && faults.isUnplaced(save.error) && (
          <div ref={scrollHere}>
            <ErrorNotice error={save.error} />
          </div>
        )}
      </Stack>
      <Paper className={classes.bar} withBorder p="sm">
        <Group justify="space-between">
          <Text size="sm" c={faults.count > 0 ? 'red' : 'dimmed'} aria-live="polite">
            {faults.count > 0
              ? t('faults', { count: faults.count })
              : isDirty
                ? t(cron ? 'changed' : 'notCreated')
                : cron && t('unchanged')}
          </Text>
          <Group gap="xs">
            <Button component={Link} to={cron ? `/crons/${cron.id}` : '/crons'} variant="default">
              {t('cancel', { ns: 'common' })}
            </Button>
            <Button
              type="submit"
              loading={save.isPending}
              disabled={cron !== undefined && !isDirty}
              leftSection={<IconDeviceFloppy size={16} aria-hidden />}
            >
              {t(cron ? 'save' : 'create')}
            </Button>
          </Group>
        </Group>
      </Paper>
    </form>
  )
}

async function send(
  values: CronValues,
  before: CronValues,
  cron: Cron | undefined,
  version: number | undefined,
): Promise<Cron> {
  if (!cron) {
    const { data } = await fetchClient.POST('/crons', { body: bodyOf(values) })
    return data as Cron
  }
  const { data } = await fetchClient.PUT('/crons/{id}', {
    params: { path: { id: cron.id } },
    body: { ...changesOf(values, before), ...(version === undefined ? {} : { version }) },
  })
  return data as Cron
}

const pick = (values: CronValues, fields: Array<keyof CronValues>) =>
  Object.fromEntries(fields.map((field) => [field, values[field]])) as Partial<CronValues>

function focusFirstFault(frame: HTMLFormElement | null): void {
  frame?.querySelector<HTMLElement>('[aria-invalid="true"], [data-error]')?.focus()
}

import {
  Accordion,
  ActionIcon,
  Button,
  Checkbox,
  Group,
  MultiSelect,
  Paper,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Notifications, Webhook } from '../../api/scheduleTypes.ts'
import { FormSection } from '../../components/FormSection.tsx'
import { withoutNothing } from './editTasks.ts'
import type { SettingsProps } from './SettingsTab.tsx'

const TEMPLATES = ['success_subject', 'success_body', 'failure_subject', 'failure_body'] as const
const BOTH: NonNullable<Webhook['on']> = ['success', 'failure']

/** Who is told when a run ends: by mail, by a call of an address. */
export function NotificationFields({ schedule, change, errorOf }: SettingsProps) {
  const { t } = useTranslation('scheduleForm')
  const said = schedule.notifications ?? {}
  const tell = (fields: Partial<Notifications>) => {
    const next = withoutNothing({ ...said, ...fields })
    change({ notifications: Object.keys(next).length === 0 ? undefined : next } as never)
  }
  const { webhooks = [], templates = {} } = said
  const changeHook = (at: number, hook: Webhook) =>
    tell({ webhooks: webhooks.map((one, index) => (index === at ? withoutNothing(hook) : one)) })
  return (
    <FormSection title={t('notifications')} description={t('notificationsText')}>
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Stack gap="xs">
            <Title order={3} size="h5">
              {t('mail')}
            </Title>
            <Checkbox
              label={t('label.on_success')}
              checked={said.on_success ?? false}
              onChange={({ currentTarget }) =>
                tell({ on_success: currentTarget.checked || undefined } as never)
              }
              data-path="notifications.on_success"
            />
            <Checkbox
              label={t('label.on_failure')}
              checked={said.on_failure ?? false}
              onChange={({ currentTarget }) =>
                tell({ on_failure: currentTarget.checked || undefined } as never)
              }
              data-path="notifications.on_failure"
            />
          </Stack>
          <TagsInput
            label={t('label.recipients')}
            description={t('help.recipients')}
            placeholder="team@example.com"
            value={said.recipients ?? []}
            onChange={(recipients) => tell({ recipients })}
            splitChars={[',', ' ', ';']}
            error={errorOf('notifications.recipients')}
            data-path="notifications.recipients"
          />
        </SimpleGrid>
        <Accordion variant="separated">
          <Accordion.Item value="templates">
            <Accordion.Control>{t('templates')}</Accordion.Control>
            <Accordion.Panel>
              <Text size="xs" c="dimmed" mb="sm">
                {t('templatesText')}
              </Text>
              <SimpleGrid cols={{ base: 1, md: 2 }}>
                {TEMPLATES.map((name) => (
                  <Textarea
                    key={name}
                    label={t(`template.${name}`)}
                    autosize
                    minRows={name.endsWith('body') ? 4 : 1}
                    maxRows={16}
                    value={templates[name] ?? ''}
                    onChange={({ currentTarget }) => {
                      const next = withoutNothing({ ...templates, [name]: currentTarget.value })
                      tell({ templates: Object.keys(next).length === 0 ? undefined : next } as never)
                    }}
                    error={errorOf(`notifications.templates.${name}`)}
                    data-path={`notifications.templates.${name}`}
                  />
                ))}
              </SimpleGrid>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        <Stack gap="xs">
          <Title order={3} size="h5">
            {t('webhooks')}
          </Title>
          {webhooks.map((hook, index) => (
            <Hook
              key={index}
              hook={hook}
              onChange={(next) => changeHook(index, next)}
              onRemove={() => tell({ webhooks: webhooks.filter((_, one) => one !== index) })}
              errorOf={(field) => errorOf(`notifications.webhooks[${index}]${field}`)}
              path={`notifications.webhooks[${index}]`}
              number={index + 1}
            />
          ))}
          <Group>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => tell({ webhooks: [...webhooks, { url: 'https://' }] })}
            >
              {t('addWebhook')}
            </Button>
          </Group>
        </Stack>
      </Stack>
    </FormSection>
  )
}

interface HookProps {
  hook: Webhook
  onChange: (hook: Webhook) => void
  onRemove: () => void
  errorOf: (field: string) => string | undefined
  path: string
  number: number
}

function Hook({ hook, onChange, onRemove, errorOf, path, number }: HookProps) {
  const { t } = useTranslation('scheduleForm')
  return (
    <Paper withBorder p="sm" role="group" aria-label={t('webhookOf', { number })}>
      <Group align="flex-start" wrap="nowrap">
        <SimpleGrid cols={{ base: 1, md: 3 }} flex={1}>
          <TextInput
            label={t('label.url')}
            required
            value={hook.url ?? ''}
            onChange={({ currentTarget }) => onChange({ ...hook, url: currentTarget.value })}
            error={errorOf('.url')}
            data-path={`${path}.url`}
          />
          <MultiSelect
            label={t('label.on')}
            data={BOTH.map((value) => ({ value, label: t(`occasion.${value}`) }))}
            value={hook.on ?? BOTH}
            onChange={(on) => onChange({ ...hook, on: on as typeof BOTH })}
            error={errorOf('.on')}
            data-path={`${path}.on`}
          />
          <TextInput
            label={t('label.secret')}
            description={t('help.secret')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            value={hook.secret?.$secret ?? ''}
            onChange={({ currentTarget: { value } }) => {
              const { secret: _, ...rest } = hook
              onChange(value === '' ? rest : { ...rest, secret: { $secret: value } })
            }}
            error={errorOf('.secret')}
            data-path={`${path}.secret`}
          />
        </SimpleGrid>
        <ActionIcon
          mt={24}
          variant="subtle"
          color="red"
          size={36}
          aria-label={t('removeWebhook', { number })}
          onClick={onRemove}
        >
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </Group>
    </Paper>
  )
}

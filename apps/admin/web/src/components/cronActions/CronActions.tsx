import { ActionIcon, Button, Group, Menu, Tooltip } from '@mantine/core'
import {
  IconCopy,
  IconDots,
  IconHistory,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerPlayFilled,
  IconTrash,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { useMay } from '../../api/session.tsx'
import { confirmDelete } from './confirmDelete.tsx'
import { openBackfill } from './openBackfill.tsx'
import { openRunNow } from './openRunNow.tsx'
import { useToggle } from './useToggle.ts'

interface Props {
  cron: Schemas['Cron']
  /** Of a row in a table: icons without words. */
  isCompact?: boolean
  /** After it was deleted, as from the page that showed it. */
  onDeleted?: () => void
}

/** Everything that can be done with one cron, as far as the role goes. */
export function CronActions({ cron, isCompact = false, onDeleted }: Props) {
  const { t } = useTranslation('cronActions')
  const navigate = useNavigate()
  const toggle = useToggle()
  const [mayRun, mayEdit] = [useMay('operator'), useMay('admin')]
  if (!mayRun) return null
  const { id, name } = cron
  const Toggle = cron.is_enabled ? IconPlayerPause : IconPlayerPlay
  const runNow = () => openRunNow(cron, navigate)
  return (
    <Group gap={isCompact ? 2 : 'xs'} wrap="nowrap" justify="flex-end">
      {isCompact ? (
        <Tooltip label={t('runNow')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            onClick={runNow}
            aria-label={t('runNowOf', { name })}
          >
            <IconPlayerPlayFilled size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ) : (
        <Button leftSection={<IconPlayerPlayFilled size={16} aria-hidden />} onClick={runNow}>
          {t('runNow')}
        </Button>
      )}
      {!isCompact && mayEdit && (
        <Button
          component={Link}
          to={`/crons/${id}/edit`}
          variant="default"
          leftSection={<IconPencil size={16} aria-hidden />}
        >
          {t('edit')}
        </Button>
      )}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant={isCompact ? 'subtle' : 'default'}
            color="gray"
            size={36}
            aria-label={t('moreOf', { name })}
          >
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isCompact && mayEdit && (
            <Menu.Item
              component={Link}
              to={`/crons/${id}/edit`}
              leftSection={<IconPencil size={16} aria-hidden />}
            >
              {t('edit')}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconHistory size={16} aria-hidden />}
            onClick={() => openBackfill(cron, navigate)}
          >
            {t('backfill')}
          </Menu.Item>
          <Menu.Item leftSection={<Toggle size={16} aria-hidden />} onClick={() => toggle.mutate(cron)}>
            {t(cron.is_enabled ? 'disable' : 'enable')}
          </Menu.Item>
          {mayEdit && (
            <>
              <Menu.Item
                component={Link}
                to={`/crons/new?copy=${id}`}
                leftSection={<IconCopy size={16} aria-hidden />}
              >
                {t('duplicate')}
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} aria-hidden />}
                onClick={() => confirmDelete(cron, onDeleted)}
              >
                {t('delete')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </Group>
  )
}

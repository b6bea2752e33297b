import { Button, Group } from '@mantine/core'
import { IconFilterOff } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { CronPicker } from './CronPicker.tsx'
import { HandlerPicker } from './HandlerPicker.tsx'
import type { useScope } from './useScope.ts'

interface Props {
  scope: ReturnType<typeof useScope>
  /** None where there is nothing to clear. */
  onClear: (() => void) | undefined
  /** What else the page can be narrowed by. */
  children?: ReactNode
}

/** Narrows a page to a cron, to a handler. */
export function ScopeFilters({ scope: { cronId, handler, setCron, setHandler }, onClear, children }: Props) {
  const { t } = useTranslation()
  return (
    <Group gap="xs">
      <CronPicker value={cronId} onChange={setCron} />
      <HandlerPicker value={handler} onChange={setHandler} />
      {children}
      {onClear && (
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconFilterOff size={14} aria-hidden />}
          onClick={onClear}
        >
          {t('table.clearFilters')}
        </Button>
      )}
    </Group>
  )
}

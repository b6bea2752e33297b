import { Button, Group, Popover, TextInput } from '@mantine/core'
import { IconBookmarkPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSavedFilters } from './useSavedFilters.ts'

/** Gives the present filter a name. */
export function SaveFilter() {
  const { t } = useTranslation(['jobs', 'common'])
  const { isNew, save } = useSavedFilters()
  const [isOpen, setOpen] = useState(false)
  const [name, setName] = useState('')
  if (!isNew) return null
  return (
    <Popover opened={isOpen} onChange={setOpen} trapFocus withinPortal position="bottom-start" shadow="md">
      <Popover.Target>
        <Button
          size="xs"
          h={30}
          variant="subtle"
          leftSection={<IconBookmarkPlus size={14} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
        >
          {t('saved.save')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (!name.trim()) return
            save(name.trim())
            setOpen(false)
            setName('')
          }}
        >
          <Group gap="xs" align="flex-end">
            <TextInput
              size="xs"
              label={t('saved.name')}
              description={t('saved.hint')}
              value={name}
              maxLength={60}
              onChange={(event) => setName(event.currentTarget.value)}
              data-autofocus
            />
            <Button size="xs" type="submit" disabled={!name.trim()}>
              {t('common:save')}
            </Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}

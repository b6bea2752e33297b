import { ActionIcon, Button, Group, Popover, TextInput } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconBookmark, IconBookmarkPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import classes from './SavedFilters.module.css'

interface SavedFilter {
  name: string
  /** Of the address. */
  search: string
}

/** Filters that were given a name, of this browser, and the naming of the present one. */
export function SavedFilters() {
  const { t } = useTranslation(['jobs', 'common'])
  const [params, setParams] = useSearchParams()
  const [saved, setSaved] = useLocalStorage<SavedFilter[]>({
    key: 'jobu-saved-filters',
    defaultValue: [],
    getInitialValueInEffect: false,
  })
  const [isNaming, setNaming] = useState(false)
  const search = params.toString()
  const isSaved = saved.some((one) => one.search === search)
  const canSave = search !== '' && !isSaved
  if (saved.length === 0 && !canSave) return null
  return (
    <Group gap={6} role="group" aria-label={t('saved.label')}>
      {saved.map((one) => (
        <Button.Group key={one.name} className={classes.saved}>
          <Button
            size="compact-sm"
            variant={one.search === search ? 'filled' : 'default'}
            leftSection={<IconBookmark size={14} aria-hidden />}
            aria-pressed={one.search === search}
            onClick={() => setParams(new URLSearchParams(one.search))}
          >
            {one.name}
          </Button>
          <ActionIcon
            variant="default"
            size={26}
            aria-label={t('saved.remove', { name: one.name })}
            onClick={() => setSaved(saved.filter(({ name }) => name !== one.name))}
          >
            <IconX size={13} aria-hidden />
          </ActionIcon>
        </Button.Group>
      ))}
      {canSave && (
        <Popover
          opened={isNaming}
          onChange={setNaming}
          trapFocus
          withinPortal
          position="bottom-start"
          shadow="md"
        >
          <Popover.Target>
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconBookmarkPlus size={14} aria-hidden />}
              onClick={() => setNaming(!isNaming)}
            >
              {t('saved.save')}
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <NameForm
              onSave={(name) => {
                setSaved([...saved.filter((one) => one.name !== name), { name, search }])
                setNaming(false)
              }}
            />
          </Popover.Dropdown>
        </Popover>
      )}
    </Group>
  )
}

function NameForm({ onSave }: { onSave: (name: string) => void }) {
  const { t } = useTranslation(['jobs', 'common'])
  const [name, setName] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim()) onSave(name.trim())
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
  )
}

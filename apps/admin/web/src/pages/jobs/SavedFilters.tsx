import { ActionIcon, Button, Group } from '@mantine/core'
import { IconBookmark, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import classes from './SavedFilters.module.css'
import { useSavedFilters } from './useSavedFilters.ts'

/** The filters that were given a name, to go to. */
export function SavedFilters() {
  const { t } = useTranslation(['jobs', 'common'])
  const { saved, isPresent, apply, remove } = useSavedFilters()
  if (saved.length === 0) return null
  return (
    <Group gap={6} role="group" aria-label={t('saved.label')}>
      {saved.map((one) => (
        <Button.Group key={one.name} className={classes.saved}>
          <Button
            size="compact-sm"
            variant={isPresent(one) ? 'filled' : 'default'}
            leftSection={<IconBookmark size={14} aria-hidden />}
            aria-pressed={isPresent(one)}
            onClick={() => apply(one)}
          >
            {one.name}
          </Button>
          <ActionIcon
            variant="default"
            size={26}
            aria-label={t('saved.remove', { name: one.name })}
            onClick={() => remove(one)}
          >
            <IconX size={13} aria-hidden />
          </ActionIcon>
        </Button.Group>
      ))}
    </Group>
  )
}

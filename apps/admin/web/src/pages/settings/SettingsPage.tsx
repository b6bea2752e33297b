import { Stack, Text } from '@mantine/core'
import { readLocalStorageValue } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../components/PageHeader.tsx'
import { useHashTarget } from '../../components/useHashTarget.ts'
import { ShortcutList } from '../../layout/ShortcutList.tsx'
import { SHORTCUTS_KEY } from '../../layout/shortcuts.ts'
import { BrowserSection } from './BrowserSection.tsx'
import { SchedulerSection } from './SchedulerSection.tsx'
import { Section } from './Section.tsx'
import classes from './SettingsPage.module.css'
import { SystemSection } from './SystemSection.tsx'
import { YouSection } from './YouSection.tsx'

export default function SettingsPage() {
  const { t } = useTranslation('settings')
  useHashTarget(true)
  const areKeysOff = readLocalStorageValue({ key: SHORTCUTS_KEY, defaultValue: true }) === false
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <div className={classes.columns}>
        <Stack gap="md">
          <BrowserSection />
          <SchedulerSection />
          <SystemSection />
        </Stack>
        <Stack gap="md">
          <YouSection />
          <Section title={t('shortcuts.title')}>
            {areKeysOff && (
              <Text size="sm" c="dimmed">
                {t('shortcuts.off')}
              </Text>
            )}
            <ShortcutList />
          </Section>
        </Stack>
      </div>
    </>
  )
}

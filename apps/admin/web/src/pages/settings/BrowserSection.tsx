import { Button, SegmentedControl, Select, Switch, useMantineColorScheme } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { notifyDone } from '../../components/notify.tsx'
import { changeLanguage, LANGUAGES, type Language } from '../../i18n/index.ts'
import { SHORTCUTS_KEY } from '../../layout/shortcuts.ts'
import { useLive } from '../../live/LiveProvider.tsx'
import { BROWSER_ZONE, useZone, ZONE_CHOICES, type ZoneChoice } from '../../time/zone.tsx'
import { Row, Section } from './Section.tsx'

/** How `DataTable` keeps which columns are shown. */
const COLUMNS_KEY = /^jobu-columns-/

/** What is kept in this browser alone. */
export function BrowserSection() {
  const { t, i18n } = useTranslation(['settings', 'common'])
  const { choice, choose } = useZone()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { isPaused, pause, resume } = useLive()
  const [hasShortcuts, setShortcuts] = useLocalStorage({
    key: SHORTCUTS_KEY,
    defaultValue: true,
    getInitialValueInEffect: false,
  })
  return (
    <Section title={t('browser.title')} text={t('browser.text')}>
      <Row name={t('browser.language')}>
        <SegmentedControl
          aria-label={t('browser.language')}
          value={i18n.language}
          onChange={(language) => void changeLanguage(language as Language)}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
        />
      </Row>
      <Row name={t('browser.theme')}>
        <SegmentedControl
          aria-label={t('browser.theme')}
          value={colorScheme}
          onChange={(theme) => setColorScheme(theme as 'auto')}
          data={(['light', 'dark', 'auto'] as const).map((value) => ({
            value,
            label: t(`theme.${value}`, { ns: 'common' }),
          }))}
        />
      </Row>
      <Row name={t('browser.zone')}>
        <Select
          aria-label={t('browser.zone')}
          w={240}
          allowDeselect={false}
          value={choice}
          onChange={(value) => choose(value as ZoneChoice)}
          data={ZONE_CHOICES.map((value) => ({
            value,
            label: t(`zone.${value}`, { ns: 'common', name: BROWSER_ZONE }),
          }))}
        />
      </Row>
      <Row name={t('browser.live')} hint={t('browser.liveText')}>
        <Switch aria-label={t('browser.live')} checked={!isPaused} onChange={isPaused ? resume : pause} />
      </Row>
      <Row name={t('browser.shortcuts')} hint={t('browser.shortcutsText')}>
        <Switch
          aria-label={t('browser.shortcuts')}
          checked={hasShortcuts}
          onChange={() => setShortcuts(!hasShortcuts)}
        />
      </Row>
      <Columns />
    </Section>
  )
}

function Columns() {
  const { t } = useTranslation('settings')
  // Of a table that was only looked at, nothing is kept but that.
  const keys = () =>
    Object.keys(localStorage).filter((key) => COLUMNS_KEY.test(key) && localStorage.getItem(key) !== '{}')
  const [count, setCount] = useState(() => keys().length)
  return (
    <Row
      name={t('browser.columns')}
      hint={count > 0 ? t('browser.columnsText', { count }) : t('browser.columnsNone')}
    >
      {count > 0 && (
        <Button
          variant="default"
          size="sm"
          onClick={() => {
            for (const key of keys()) localStorage.removeItem(key)
            setCount(0)
            notifyDone(t('browser.columnsDone'))
          }}
        >
          {t('browser.columnsReset')}
        </Button>
      )}
    </Row>
  )
}

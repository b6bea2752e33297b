import { Menu, useMantineColorScheme } from '@mantine/core'
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { changeLanguage, LANGUAGES, type Language } from '../i18n/index.ts'

export const THEMES = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop } as const
export type Theme = keyof typeof THEMES

/** Language and theme, in a menu. */
export function AppearanceItems() {
  const { t, i18n } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <>
      <Menu.Label>{t('header.language')}</Menu.Label>
      {Object.entries(LANGUAGES).map(([language, name]) => (
        <Menu.Item
          key={language}
          lang={language}
          onClick={() => void changeLanguage(language as Language)}
          fw={language === i18n.language ? 650 : undefined}
          aria-current={language === i18n.language}
        >
          {name}
        </Menu.Item>
      ))}
      <Menu.Label>{t('header.theme')}</Menu.Label>
      {(Object.keys(THEMES) as Theme[]).map((one) => {
        const Icon = THEMES[one]
        return (
          <Menu.Item
            key={one}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={() => setColorScheme(one)}
            fw={one === colorScheme ? 650 : undefined}
            aria-current={one === colorScheme}
          >
            {t(`theme.${one}`)}
          </Menu.Item>
        )
      })}
    </>
  )
}

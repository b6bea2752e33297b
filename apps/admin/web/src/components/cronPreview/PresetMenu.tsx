import { Button, Menu, Text } from '@mantine/core'
import { IconListDetails } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

const PRESETS = [
  ['minute', '* * * * *'],
  ['fiveMinutes', '*/5 * * * *'],
  ['hour', '0 * * * *'],
  ['day', '0 9 * * *'],
  ['weekday', '0 9 * * MON-FRI'],
  ['week', '0 9 * * MON'],
  ['month', '0 0 1 * *'],
  ['lastDay', '0 18 L * *'],
] as const

/** Expressions that are often wanted. */
export function PresetMenu({ onChoose }: { onChoose: (expression: string) => void }) {
  const { t } = useTranslation('cronForm')
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconListDetails size={14} aria-hidden />}>
          {t('presets')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {PRESETS.map(([name, expression]) => (
          <Menu.Item
            key={name}
            onClick={() => onChoose(expression)}
            rightSection={
              <Text size="xs" c="dimmed" ff="monospace">
                {expression}
              </Text>
            }
          >
            {t(`preset.${name}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

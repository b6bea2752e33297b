import { Button, Code, Popover, Table, Text } from '@mantine/core'
import { IconHelpCircle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

const FIELDS = [
  ['minute', '0-59'],
  ['hour', '0-23'],
  ['dayOfMonth', '1-31, L, 15W'],
  ['month', '1-12, JAN-DEC'],
  ['dayOfWeek', '0-7, SUN-SAT, FRI#2, FRIL'],
] as const

const SIGNS = [
  ['*', 'every'],
  ['1,15', 'list'],
  ['1-5', 'range'],
  ['*/10', 'step'],
  ['L', 'last'],
  ['15W', 'nearest'],
  ['FRI#2', 'nth'],
  ['@daily', 'nickname'],
] as const

/** How an expression is written. */
export function ExpressionHelp() {
  const { t } = useTranslation('cronForm')
  return (
    <Popover width={340} position="bottom-start" withArrow shadow="md" trapFocus={false}>
      <Popover.Target>
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          leftSection={<IconHelpCircle size={14} aria-hidden />}
        >
          {t('expressionHelp')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" mb="xs">
          {t('expressionText')}
        </Text>
        <Table verticalSpacing={2} mb="xs" aria-label={t('expressionHelp')}>
          <Table.Tbody>
            {FIELDS.map(([name, values]) => (
              <Table.Tr key={name}>
                <Table.Td>{t(`part.${name}`)}</Table.Td>
                <Table.Td>
                  <Code>{values}</Code>
                </Table.Td>
              </Table.Tr>
            ))}
            {SIGNS.map(([sign, name]) => (
              <Table.Tr key={sign}>
                <Table.Td>
                  <Code>{sign}</Code>
                </Table.Td>
                <Table.Td>{t(`sign.${name}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Popover.Dropdown>
    </Popover>
  )
}

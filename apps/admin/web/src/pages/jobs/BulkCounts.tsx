import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { BulkVerb, Counts } from './runBulk.ts'

/** How many match, how many of them it will be, and how many are left alone. */
export function BulkCounts({
  verb,
  counts: { matched, remaining, skipped, isExact },
  about,
}: {
  verb: BulkVerb
  counts: Counts
  about: (count: number, isExact: boolean) => string
}) {
  const { t } = useTranslation(['jobs', 'common'])
  const rows = [
    [t('bulk.matched'), matched],
    [t(`bulk.${verb}.able`), remaining],
    [t('bulk.skipped'), skipped],
  ] as const
  return (
    <Table withRowBorders={false} verticalSpacing={4}>
      <Table.Tbody>
        {rows.map(([label, count]) => (
          <Table.Tr key={label}>
            <Table.Th fw={400} scope="row">
              {label}
            </Table.Th>
            <Table.Td ta="right" className="tabular">
              {about(count, isExact)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

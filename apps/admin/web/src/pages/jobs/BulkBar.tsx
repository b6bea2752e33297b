import { Button, Group, Menu, Text } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../api/session.tsx'
import type { List } from '../../api/useList.ts'
import { ShownOf } from '../../components/table/ShownOf.tsx'
import { formatInstant, zoneLabel } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import { BulkDialog } from './BulkDialog.tsx'
import { filterInWords } from './filterInWords.ts'
import type { BulkTarget, BulkVerb } from './runBulk.ts'
import type { JobRow } from './useJobColumns.tsx'
import type { JobFilter } from './useJobFilter.ts'

/** The count of rows, and what can be done to those chosen or to all that match. */
export function BulkBar({
  list,
  filter,
  selected,
  onDone,
}: {
  list: List<JobRow>
  filter: JobFilter
  selected: ReadonlySet<string | number>
  /** The rows chosen are done with. */
  onDone: () => void
}) {
  const { t, i18n } = useTranslation(['jobs', 'common'])
  const [action, setAction] = useState<{ verb: BulkVerb; target: BulkTarget; description: string } | null>(
    null,
  )
  const { nameFor } = useZone()
  const zone = nameFor()
  const instant = (at: string) =>
    Number.isNaN(Date.parse(at)) ? at : `${formatInstant(at, zone)} ${zoneLabel(zone, at)}`
  const mayOperate = useMay('operator')
  const mayDelete = useMay('admin')
  const verbs: BulkVerb[] = mayDelete ? ['retry', 'cancel', 'delete'] : ['retry', 'cancel']
  const number = selected.size.toLocaleString(i18n.language)
  const onSelected = (verb: BulkVerb) =>
    setAction({
      verb,
      target: { ids: [...selected].map(Number) },
      description: t('bulk.ofSelected', { number }),
    })
  const onAll = (verb: BulkVerb) => {
    const isAll = Object.keys(filter).length === 0
    setAction({
      verb,
      target: isAll ? { all: true } : { filter },
      description: isAll
        ? t('bulk.ofAll')
        : t('bulk.ofFilter', { filter: filterInWords(filter, list.rows, instant) }),
    })
  }
  return (
    <>
      {selected.size > 0 ? (
        <Group gap="xs" role="group" aria-label={t('bulk.onSelected', { number })}>
          <Text size="sm" fw={600} className="tabular">
            {t('bulk.onSelected', { number })}
          </Text>
          {verbs.map((verb) => (
            <Button
              key={verb}
              size="compact-sm"
              variant="light"
              color={verb === 'retry' ? 'indigo' : 'red'}
              onClick={() => onSelected(verb)}
            >
              {t(`bulk.${verb}.verb`)}
            </Button>
          ))}
          <Button size="compact-sm" variant="subtle" color="gray" onClick={onDone}>
            {t('bulk.unselect')}
          </Button>
        </Group>
      ) : (
        <Group gap="sm">
          <ShownOf list={list} />
          {mayOperate && list.rows.length > 0 && (
            <Menu position="bottom-start">
              <Menu.Target>
                <Button
                  size="compact-sm"
                  variant="default"
                  rightSection={<IconChevronDown size={14} aria-hidden />}
                >
                  {t('bulk.onAll')}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                {verbs.map((verb) => (
                  <Menu.Item
                    key={verb}
                    color={verb === 'delete' ? 'red' : undefined}
                    onClick={() => onAll(verb)}
                  >
                    {t(`bulk.${verb}.all`)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      )}
      {action && (
        <BulkDialog
          {...action}
          onClose={(isDone) => {
            setAction(null)
            if (isDone) onDone()
          }}
        />
      )}
    </>
  )
}

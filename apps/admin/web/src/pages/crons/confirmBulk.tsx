import { Stack, Text } from '@mantine/core'
import i18next from 'i18next'
import type { ApiError } from '../../api/apiError.ts'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { confirm } from '../../components/confirm.tsx'
import { readCronsAnew } from '../../components/cronActions/readCronsAnew.ts'
import { notifyDone, notifyError } from '../../components/notify.tsx'

export type BulkVerb = 'enable' | 'disable' | 'delete'
/** Crons by their ids, or by what they match. */
export type Targets = Pick<Schemas['CronsBulkAction'], 'ids' | 'filter' | 'all'>
type Output = Schemas['BulkActionOutput']

/** Counts, asks, and does it, to the last one. */
export async function confirmBulk(verb: BulkVerb, targets: Targets, onDone: () => void): Promise<void> {
  const t = i18next.getFixedT(null, 'crons')
  const inWords = (count: number) => count.toLocaleString(i18next.language)
  let found: Output
  try {
    found = await send(verb, targets, true)
  } catch (error) {
    notifyError(error as ApiError)
    return
  }
  const { remaining: count, skipped, is_exact } = found
  if (count === 0) {
    notifyDone(t(`bulk.nothing.${verb}`))
    return
  }
  const formatted = is_exact ? inWords(count) : t('bulk.atLeast', { formatted: inWords(count) })
  confirm({
    title: t(`bulk.title.${verb}`, { count, formatted }),
    message: (
      <Stack gap="xs">
        <Text size="sm">{t(`bulk.text.${verb}`)}</Text>
        {skipped > 0 && (
          <Text size="sm" c="dimmed">
            {t('bulk.skipped', { count: skipped, formatted: inWords(skipped) })}
          </Text>
        )}
      </Stack>
    ),
    action: t(`bulk.title.${verb}`, { count, formatted }).replace(/\?$/, ''),
    ...(verb === 'delete' ? { typed: String(count) } : { color: 'indigo' }),
    onConfirm: async () => {
      let changed = 0
      for (let remaining = 1; remaining > 0; ) {
        const done = await send(verb, targets, false)
        changed += done.changed
        // What is left although nothing moved would be asked for without an end.
        remaining = done.changed > 0 ? done.remaining : 0
      }
      notifyDone(t(`bulk.done.${verb}`, { count: changed, formatted: inWords(changed) }))
      onDone()
      void readCronsAnew()
    },
  })
}

async function send(verb: BulkVerb, targets: Targets, isDryRun: boolean): Promise<Output> {
  const { data } = await fetchClient.POST(`/crons/bulk/${verb}`, {
    params: { query: { dry_run: isDryRun } },
    body: targets,
  })
  return data as Output
}

import { Select, type SelectProps } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { errorText } from '../../components/ErrorNotice.tsx'

/** One of the handlers there are; those that no live worker has say so. */
export function HandlerSelect(props: Pick<SelectProps, 'value' | 'onChange' | 'error'>) {
  const { t } = useTranslation(['jobs', 'common'])
  const { data, error, isPending } = api.useQuery('get', '/handlers', { params: { query: { size: 200 } } })
  const handlers = (data?.items ?? []) as Schemas['Handler'][]
  const chosen = handlers.find(({ name }) => name === props.value)
  return (
    <Select
      {...props}
      label={t('new.handler')}
      description={chosen?.description}
      placeholder={t('new.handlerHint')}
      data={handlers.map(({ name, is_served }) => ({
        value: name,
        label: is_served ? name : t('new.unserved', { name }),
      }))}
      nothingFoundMessage={error ? errorText(error) : t(isPending ? 'common:loading' : 'new.noHandlers')}
      searchable
      withAsterisk
      openOnFocus={false}
      data-autofocus
    />
  )
}

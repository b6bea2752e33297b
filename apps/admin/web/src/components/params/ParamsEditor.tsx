import { Box, SegmentedControl, SimpleGrid, Skeleton, Stack, Text, VisuallyHidden } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { ErrorNotice } from '../ErrorNotice.tsx'
import { useNarrowerThan } from '../useNarrowerThan.ts'
import { JsonEditor } from './JsonEditor.tsx'
import type { JsonSchema, Params } from './paramsSchema.ts'

// It is large: it comes with the first window that shows params.
const ParamsForm = lazy(() => import('./ParamsForm.tsx'))

interface Props {
  /** Whose JSON Schema the form is drawn from. */
  handlerName: string
  value: Params
  /** @param problem  why the JSON as it stands is no object; `value` is then the last one that was */
  onChange: (value: Params, problem: string | null) => void
  /** What the server refused, by the path within the params: `url`, `headers.accept`. */
  errors?: Record<string, string>
  /** One at a time, for windows; on a page they stand beside each other where there is room. */
  isNarrow?: boolean
}

/** The params of a handler as a form drawn from its JSON Schema and as JSON, each following the other. */
export function ParamsEditor({ handlerName, value, onChange, errors = {}, isNarrow = false }: Props) {
  const { t } = useTranslation('params')
  const [chosen, setChosen] = useState<'form' | 'json'>('form')
  const isPhone = useNarrowerThan('md')
  const { data, error, isPending, refetch } = api.useQuery('get', '/handlers/{name}', {
    params: { path: { name: handlerName } },
  })
  if (isPending) return <Waiting />
  const schema = data?.params_schema as JsonSchema | undefined
  const hasForm = schema !== undefined && Object.keys(schema.properties ?? {}).length > 0
  const isOne = isNarrow || isPhone
  const shows = (view: 'form' | 'json') => !isOne || chosen === view
  const form = (
    <Box>
      {schema && hasForm ? (
        <ParamsForm
          key={handlerName}
          schema={schema}
          value={value}
          onChange={(next) => onChange(next, null)}
          errors={errors}
        />
      ) : (
        !error && (
          <Text size="sm" c="dimmed">
            {t('noSchema')}
          </Text>
        )
      )}
    </Box>
  )
  const json = <JsonEditor value={value} onChange={onChange} />
  const unplaced = Object.entries(errors).filter(([path]) => path === '' || !shows('form') || !hasForm)
  return (
    <Stack gap="sm">
      {error && <ErrorNotice error={error} onRetry={refetch} title={t('noHandler')} />}
      {isOne && (
        <SegmentedControl
          aria-label={t('view')}
          value={chosen}
          onChange={(view) => setChosen(view as typeof chosen)}
          data={[
            { value: 'form', label: t('form') },
            { value: 'json', label: 'JSON' },
          ]}
        />
      )}
      {unplaced.length > 0 && (
        <Text size="sm" c="red" role="alert">
          {unplaced.map(([path, message]) => (path ? `${path}: ${message}` : message)).join('; ')}
        </Text>
      )}
      <Suspense fallback={<Waiting />}>
        {isOne ? (
          chosen === 'form' ? (
            form
          ) : (
            json
          )
        ) : (
          <SimpleGrid cols={2} spacing="lg">
            {form}
            {json}
          </SimpleGrid>
        )}
      </Suspense>
    </Stack>
  )
}

function Waiting() {
  const { t } = useTranslation()
  return (
    <Stack gap="xs" aria-busy>
      <VisuallyHidden>{t('loading')}</VisuallyHidden>
      <Skeleton height={14} width="30%" />
      <Skeleton height={34} />
      <Skeleton height={14} width="40%" />
      <Skeleton height={34} />
    </Stack>
  )
}

import { Tabs } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { PageHeader } from '../../components/PageHeader.tsx'
import { TokensTab } from './TokensTab.tsx'
import { UsersTab } from './UsersTab.tsx'

export default function AccessPage() {
  const { t } = useTranslation('access')
  const [params, setParams] = useSearchParams()
  const tab = params.get('tab') === 'tokens' ? 'tokens' : 'users'
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <Tabs
        value={tab}
        // What one of them was narrowed to is nothing to the other.
        onChange={(next) => setParams({ tab: next ?? 'users' })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="users">{t('tab.users')}</Tabs.Tab>
          <Tabs.Tab value="tokens">{t('tab.tokens')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="users">
          <UsersTab />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <TokensTab />
        </Tabs.Panel>
      </Tabs>
    </>
  )
}

import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../components/PageHeader.tsx'

export default function WorkersPage() {
  const { t } = useTranslation('workers')
  return <PageHeader title={t('title')} />
}

import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../components/PageHeader.tsx'

export default function JobsPage() {
  const { t } = useTranslation('jobs')
  return <PageHeader title={t('title')} />
}

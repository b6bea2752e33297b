import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../components/PageHeader.tsx'

export default function JobPage() {
  const { t } = useTranslation(['job', 'common'])
  return <PageHeader title={t('title')} />
}

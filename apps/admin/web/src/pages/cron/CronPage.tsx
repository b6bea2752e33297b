import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../components/PageHeader.tsx'

export default function CronPage() {
  const { t } = useTranslation('cron')
  return <PageHeader title={t('title')} />
}

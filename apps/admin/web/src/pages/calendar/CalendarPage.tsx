import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../components/PageHeader.tsx'

export default function CalendarPage() {
  const { t } = useTranslation('calendar')
  return <PageHeader title={t('title')} />
}

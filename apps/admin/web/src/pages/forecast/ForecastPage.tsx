import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../components/PageHeader.tsx'

export default function ForecastPage() {
  const { t } = useTranslation('forecast')
  return <PageHeader title={t('title')} />
}

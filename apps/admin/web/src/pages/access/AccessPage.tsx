import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../components/PageHeader.tsx'

export default function AccessPage() {
  const { t } = useTranslation('access')
  return <PageHeader title={t('title')} />
}

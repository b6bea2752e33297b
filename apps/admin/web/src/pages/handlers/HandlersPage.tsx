import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../components/PageHeader.tsx'

export default function HandlersPage() {
  const { t } = useTranslation('handlers')
  return <PageHeader title={t('title')} />
}

import { useTranslation } from 'react-i18next'
import { PageHeader } from '../../components/PageHeader.tsx'

export default function CronsPage() {
  const { t } = useTranslation('crons')
  return <PageHeader title={t('title')} />
}

import { Badge, Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useSession } from '../../api/session.tsx'
import { openPasswordForm } from '../../layout/openPasswordForm.tsx'
import { signOut } from '../../layout/signOut.ts'
import { Instant } from '../../time/Instant.tsx'
import { Row, Section } from './Section.tsx'

/** Who one is, what one may do, and until when. */
export function YouSection() {
  const { t } = useTranslation(['settings', 'common', 'access'])
  const { name, role, kind, expires_at, idle_expires_at } = useSession()
  return (
    <Section title={t('you.title')}>
      <Row name={t('you.name')}>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
      </Row>
      <Row name={t('you.role')} hint={t(`roleMeaning.${role}`, { ns: 'access' })}>
        <Badge variant="light" tt="none" className="jobu-badge">
          {t(`role.${role}`, { ns: 'common' })}
        </Badge>
      </Row>
      <Row name={t('you.kind')}>
        <Text size="sm">{t(`you.kinds.${kind}`)}</Text>
      </Row>
      {expires_at && (
        <Row name={t('you.ends')}>
          <Text size="sm" component="div">
            <Instant at={expires_at} />
          </Text>
        </Row>
      )}
      {idle_expires_at && (
        <Row name={t('you.idle')}>
          <Text size="sm" component="div">
            <Instant at={idle_expires_at} />
          </Text>
        </Row>
      )}
      {kind === 'user' && (
        <Group gap="xs">
          <Button variant="default" onClick={openPasswordForm}>
            {t('header.password', { ns: 'common' })}
          </Button>
          <Button variant="default" onClick={() => void signOut()}>
            {t('header.signOut', { ns: 'common' })}
          </Button>
        </Group>
      )}
    </Section>
  )
}

import { Radio, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Role } from '../../api/session.tsx'

const ROLES = ['viewer', 'operator', 'admin'] as const

/** A role, chosen by what each may do. */
export function RoleSelect({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const { t } = useTranslation(['access', 'common'])
  return (
    <Radio.Group label={t('field.role')} value={value} onChange={(next) => onChange(next as Role)}>
      <Stack gap="xs" mt={6}>
        {ROLES.map((one) => (
          <Radio
            key={one}
            value={one}
            label={t(`role.${one}`, { ns: 'common' })}
            description={t(`roleMeaning.${one}`)}
          />
        ))}
      </Stack>
    </Radio.Group>
  )
}

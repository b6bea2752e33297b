import { Anchor, Group, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { targetText } from './auditActions.ts'

type Entry = Schemas['AuditEntry']

/** Where a target is shown; what was deleted, or is several, has no page. */
function pathOf({ target_type, target_id, target_name, action }: Entry): string | null {
  if (target_type === 'scheduler') return '/settings#scheduler'
  if (target_id === null || action.endsWith('.delete')) return null
  const id = encodeURIComponent(target_id)
  switch (target_type) {
    case 'cron':
      return `/crons/${id}`
    case 'job':
      return `/jobs/${id}`
    case 'schedule':
      return `/schedules/${id}`
    case 'worker':
      return `/workers?stopped=true#${id}`
    case 'user':
      return `/access?tab=users&q=${encodeURIComponent(target_name ?? '')}`
    case 'token':
      return '/access?tab=tokens'
    default:
      return null
  }
}

/** What something was done to: its kind, its name, and the way there. */
export function TargetLink({ entry }: { entry: Entry }) {
  const { target_type, target_id, target_name } = entry
  const path = pathOf(entry)
  const name = target_name ?? (target_id === null ? '' : `#${target_id}`)
  return (
    <Group gap={6} wrap="nowrap" maw={320}>
      <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
        {path && !name ? '' : targetText(target_type)}
      </Text>
      {path ? (
        <Anchor component={Link} to={path} size="sm" truncate title={name}>
          {name || targetText(target_type)}
        </Anchor>
      ) : (
        <Text size="sm" truncate title={name}>
          {name}
        </Text>
      )}
      {target_name !== null && (target_type === 'job' || target_type === 'cron') && (
        <Text size="xs" c="dimmed" className="tabular">
          #{target_id}
        </Text>
      )}
    </Group>
  )
}

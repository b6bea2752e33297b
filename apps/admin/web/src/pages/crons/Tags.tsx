import { Badge, Group, Tooltip, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** So many tags stand in a row; the rest by their number. */
const TAGS_SHOWN = 1

/** The tags of a cron, each of which narrows the list to it. */
export function Tags({ tags, onTag }: { tags: string[]; onTag: (tag: string) => void }) {
  const { t } = useTranslation('crons')
  const rest = tags.slice(TAGS_SHOWN)
  return (
    <Group gap={4} wrap="nowrap">
      {tags.slice(0, TAGS_SHOWN).map((tag) => (
        <UnstyledButton key={tag} onClick={() => onTag(tag)} aria-label={t('onlyTag', { tag })}>
          <Badge size="xs" variant="default" tt="none" maw={120} style={{ cursor: 'pointer' }}>
            {tag}
          </Badge>
        </UnstyledButton>
      ))}
      {rest.length > 0 && (
        <Tooltip label={rest.join(', ')}>
          <Badge size="xs" variant="default" tabIndex={0} flex="none">
            +{rest.length}
          </Badge>
        </Tooltip>
      )}
    </Group>
  )
}

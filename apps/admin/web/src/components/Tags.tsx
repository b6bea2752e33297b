import { Badge, Group, Tooltip, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** So long may the tags be that stand in a row, the first however long; the rest by their number. */
const TAG_CHARACTERS = 15

/** The tags of a cron, each of which narrows the list to it. */
export function Tags({ tags, onTag }: { tags: string[]; onTag: (tag: string) => void }) {
  const { t } = useTranslation('crons')
  const shown = tags.filter(
    (_tag, index) => index === 0 || tags.slice(0, index + 1).join('').length <= TAG_CHARACTERS,
  )
  const rest = tags.slice(shown.length)
  return (
    <Group gap={4} wrap="nowrap">
      {shown.map((tag) => (
        <UnstyledButton
          key={tag}
          onClick={() => onTag(tag)}
          aria-label={t('onlyTag', { tag })}
          title={tag}
          lh={1}
        >
          <Badge
            size="xs"
            variant="default"
            tt="none"
            className="jobu-badge"
            maw={110}
            style={{ cursor: 'pointer' }}
          >
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

import { Button, Text } from '@mantine/core'
import { IconArrowDown } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useZone } from '../../time/zone.tsx'
import type { LogLine } from './JobLogStore.ts'
import classes from './LogLines.module.css'
import { LogRow } from './LogRow.tsx'

const LINE_PX = 22
/** So near to the end counts as there. */
const NEAR_PX = 30

const keyOf = ({ attempt, line }: LogLine) => `${attempt}:${line}`

/**
 * The lines, drawn only where they are seen.
 *
 * Follows the end until one scrolls up, and again once one is back at the end.
 */
export function LogLines({
  lines,
  search,
  current,
  isMoving,
  empty,
}: {
  lines: readonly LogLine[]
  search: string
  /** The index of the line that the search is at. */
  current: number | null
  /** More lines may come: it begins at the end. */
  isMoving: boolean
  empty: string
}) {
  const { t, i18n } = useTranslation(['job', 'common'])
  const { nameFor } = useZone()
  const zone = nameFor()
  const scroller = useRef<HTMLElement>(null)
  const [isFollowing, setFollowing] = useState(isMoving)
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  /** How many lines there were when following ended. */
  const seen = useRef(0)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => keyOf(lines[index]!),
    overscan: 30,
  })
  const count = lines.length
  useEffect(() => {
    if (isFollowing && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' })
  }, [isFollowing, count, virtual])
  useEffect(() => {
    if (current === null) return
    setFollowing(false)
    virtual.scrollToIndex(current, { align: 'center' })
  }, [current, virtual])

  const lastTop = useRef(0)
  const onScroll = () => {
    const { scrollTop, clientHeight, scrollHeight } = scroller.current!
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX
    // Only a person scrolls up; rows that turn out taller than thought move the end away.
    if (scrollTop < lastTop.current && !isAtEnd && isFollowing) {
      seen.current = count
      setFollowing(false)
    } else if (isAtEnd && !isFollowing && isMoving && scrollTop > lastTop.current) setFollowing(true)
    lastTop.current = scrollTop
  }
  const toggle = (key: string) => {
    const next = new Set(open)
    if (!next.delete(key)) next.add(key)
    setOpen(next)
  }
  const items = virtual.getVirtualItems()
  const fresh = Math.max(0, count - seen.current)
  return (
    <div className={classes.frame}>
      <section
        ref={scroller}
        className={classes.scroller}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        tabIndex={0}
        aria-label={t('log.title')}
      >
        {count === 0 && (
          <Text size="sm" c="dimmed" p="sm">
            {empty}
          </Text>
        )}
        <div className={classes.lines} style={{ height: virtual.getTotalSize() }}>
          <div className={classes.window} style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
            {items.map(({ index, key }) => {
              const line = lines[index]!
              return (
                <LogRow
                  key={key}
                  index={index}
                  line={line}
                  zone={zone}
                  search={search}
                  isCurrent={index === current}
                  isOpen={open.has(keyOf(line))}
                  onToggle={() => toggle(keyOf(line))}
                  measure={virtual.measureElement}
                />
              )
            })}
          </div>
        </div>
      </section>
      {isMoving && !isFollowing && count > 0 && (
        <Button
          size="compact-sm"
          radius="xl"
          className={classes.resume}
          leftSection={<IconArrowDown size={14} aria-hidden />}
          onClick={() => setFollowing(true)}
        >
          {fresh > 0 ? t('log.resume', { number: fresh.toLocaleString(i18n.language) }) : t('log.resumeNone')}
        </Button>
      )}
    </div>
  )
}

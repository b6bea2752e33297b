import {
  IconBan,
  IconCheck,
  IconClock,
  IconClockX,
  IconPlayerPlayFilled,
  IconPlayerSkipForward,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react'
import type { Status } from './status.ts'

/** A shape for each status: what is drawn small is told apart without its colour. */
export const STATUS_ICON: Record<Status, TablerIcon> = {
  PENDING: IconClock,
  RUNNING: IconPlayerPlayFilled,
  SUCCESS: IconCheck,
  FAILED: IconX,
  TIMEOUT: IconClockX,
  CANCELLED: IconBan,
  SKIPPED: IconPlayerSkipForward,
}

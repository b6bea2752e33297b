import type en from '../en/settings.ts'
import type { Translation } from '../translation.ts'

export default {
  title: 'settings',
} satisfies Translation<typeof en>

import type en from '../en/settings.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '설정',
} satisfies Translation<typeof en>

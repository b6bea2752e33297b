import type en from '../en/crons.ts'
import type { Translation } from '../translation.ts'

export default {
  title: '크론',
} satisfies Translation<typeof en>

import type en from '../en/crons.ts'
import type { Translation } from '../translation.ts'

export default {
  title: 'crons',
} satisfies Translation<typeof en>

import 'i18next'
import type frame from './en/index.ts'
import type pages from './en/pages.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: typeof frame & typeof pages
  }
}

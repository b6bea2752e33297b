import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { chooseParticles } from './particles.ts'

export const LANGUAGES = { ko: '한국어', en: 'English' } as const
export type Language = keyof typeof LANGUAGES

const KEY = 'jobu-language'
/** Each is a file of its own: a page loads the ones it shows. */
const LOAD: Record<Language, Record<'frame' | 'pages', () => Promise<{ default: object }>>> = {
  en: { frame: () => import('./en/index.ts'), pages: () => import('./en/pages.ts') },
  ko: { frame: () => import('./ko/index.ts'), pages: () => import('./ko/pages.ts') },
}
/** Whether a page other than the overview was opened, whose texts then are there in each language that is chosen. */
let arePagesOpen = false
const isLanguage = (text: string | null): text is Language => text !== null && text in LANGUAGES

/** The one chosen before, else the browser's where it is one of ours, else English. */
export async function startLanguage(): Promise<void> {
  const stored = localStorage.getItem(KEY)
  const language = [stored, ...navigator.languages.map((tag) => tag.slice(0, 2))].find(isLanguage) ?? 'en'
  await i18next
    .use(initReactI18next)
    .use({ type: 'postProcessor', name: 'particles', process: chooseParticles })
    .init({
      lng: language,
      resources: {},
      defaultNS: 'common',
      interpolation: { escapeValue: false },
      returnNull: false,
      postProcess: 'particles',
      // Seen by the tests of the pages, which fail for it.
      saveMissing: true,
      missingKeyHandler: (_languages, namespace, key) => console.error(`no text for ${namespace}:${key}`),
    })
  await add(language, 'frame')
  document.documentElement.lang = language
}

/** Loads what the pages beside the overview say. */
export async function loadPageTexts(): Promise<void> {
  arePagesOpen = true
  await add(i18next.language as Language, 'pages')
}

export async function changeLanguage(language: Language): Promise<void> {
  await Promise.all([add(language, 'frame'), arePagesOpen && add(language, 'pages')])
  localStorage.setItem(KEY, language)
  document.documentElement.lang = language
  await i18next.changeLanguage(language)
}

async function add(language: Language, part: 'frame' | 'pages'): Promise<void> {
  const { default: texts } = await LOAD[language][part]()
  for (const [namespace, bundle] of Object.entries(texts)) {
    i18next.addResourceBundle(language, namespace, bundle)
  }
}

import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

export const LANGUAGES = { ko: '한국어', en: 'English' } as const
export type Language = keyof typeof LANGUAGES

const KEY = 'jobu-language'
/** Each is a file of its own: a page loads the one it shows. */
const LOAD: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import('./en/index.ts'),
  ko: () => import('./ko/index.ts'),
}
const isLanguage = (text: string | null): text is Language => text !== null && text in LANGUAGES

/** The one chosen before, else the browser's where it is one of ours, else English. */
export async function startLanguage(): Promise<void> {
  const stored = localStorage.getItem(KEY)
  const language = [stored, ...navigator.languages.map((tag) => tag.slice(0, 2))].find(isLanguage) ?? 'en'
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: (await LOAD[language]()).default as never },
    defaultNS: 'common',
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  document.documentElement.lang = language
}

export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'common')) {
    const { default: texts } = await LOAD[language]()
    for (const [namespace, bundle] of Object.entries(texts))
      i18next.addResourceBundle(language, namespace, bundle)
  }
  localStorage.setItem(KEY, language)
  document.documentElement.lang = language
  await i18next.changeLanguage(language)
}

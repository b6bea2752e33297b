/** Most call themselves by the names of others as well: the first that is found is its own. */
const BROWSERS: Array<[pattern: RegExp, name: string]> = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/Whale\//, 'Whale'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/(Firefox|FxiOS)\//, 'Firefox'],
  [/(Chrome|CriOS)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const SYSTEMS: Array<[pattern: RegExp, name: string]> = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]

/** Which browser and system a `User-Agent` tells of; undefined where it is none that is known. */
export function browserOf(agent: string): { browser: string; system: string } | undefined {
  const of = (known: typeof BROWSERS) => known.find(([pattern]) => pattern.test(agent))?.[1]
  const [browser, system] = [of(BROWSERS), of(SYSTEMS)]
  return browser && system ? { browser, system } : undefined
}

/**
 * The URL of one of this package's compiled files. Threads and child processes run the build, also where this code
 * itself runs from its TypeScript sources, as it does in tests.
 */
export function compiledFile(name: string): URL {
  return new URL(import.meta.url.endsWith('.ts') ? `../dist/${name}` : `./${name}`, import.meta.url)
}

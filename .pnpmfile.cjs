/** Packages of which only files for browsers are served, which hold what they need: nothing else is installed for them. */
const SERVED = ['redoc', 'swagger-ui-dist']

module.exports = {
  hooks: {
    readPackage(manifest) {
      // It prints types with the compiler's JavaScript interface, which TypeScript 7 does not have.
      if (manifest.name === 'openapi-typescript') {
        return {
          ...manifest,
          dependencies: { ...manifest.dependencies, typescript: '5.9.3' },
          peerDependencies: {},
        }
      }
      if (!SERVED.includes(manifest.name)) return manifest
      return { ...manifest, dependencies: {}, peerDependencies: {} }
    },
  },
}

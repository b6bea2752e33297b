/** Packages of which only files for browsers are served, which hold what they need: nothing else is installed for them. */
const SERVED = ['redoc', 'swagger-ui-dist']

module.exports = {
  hooks: {
    readPackage(manifest) {
      if (!SERVED.includes(manifest.name)) return manifest
      return { ...manifest, dependencies: {}, peerDependencies: {} }
    },
  },
}

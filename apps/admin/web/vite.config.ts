import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compression } from 'vite-plugin-compression2'

/** The running admin that `vite` passes requests on to while the UI is worked on. */
const ADMIN = process.env.JOBU_ADMIN_URL ?? 'http://localhost:8080'

export default defineConfig({
  plugins: [
    react(),
    compression({ algorithms: ['gzip', 'brotliCompress'], threshold: 0, logLevel: 'silent' }),
  ],
  build: {
    // A file of its own for each: `data:` addresses would need a wider content security policy.
    assetsInlineLimit: 0,
    target: 'es2023',
    // The first that know light-dark(), which otherwise is written as something that needs a declaration of its own.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Of @rjsf/core's own tests, and left out of what is built; ours validates without eval.
    rolldownOptions: {
      external: ['@rjsf/validator-ajv8'],
      // One file for all that a first visit needs, in place of a hundred that pages share.
      output: { codeSplitting: { groups: [{ name: 'frame', tags: ['$initial'] }] } },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/health', '/ready', '/metrics', '/openapi.json', '/docs', '/redoc'].map((path) => [
        path,
        ADMIN,
      ]),
    ),
  },
})

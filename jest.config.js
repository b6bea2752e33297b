import { availableParallelism } from 'node:os'

/** Tests run on the TypeScript sources of every package; @jobu/* resolves to src, not to dist. */
export default {
  testEnvironment: 'node',
  // Processes of their own, at least two: most tests wait for a database, and one process for all files would keep what each
  // of them loaded until no memory is left.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  workerIdleMemoryLimit: '1GB',
  testMatch: [
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/apps/*/test/**/*.test.ts',
    '<rootDir>/apps/admin/web/test/**/*.test.ts',
    '<rootDir>/test/**/*.test.ts',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: {
    '^@jobu/(db|cron|runtime|handlers|workflow|airflow)$': '<rootDir>/packages/$1/src/index.ts',
    '^@jobu/(dispatcher|worker|admin|cli)$': '<rootDir>/apps/$1/src/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/.jobu/', '<rootDir>/.cache/', '/dist/'],
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  // Ends what hangs; a machine that is slow, or stands still for seconds, ends no test.
  testTimeout: 120_000,
}

import { defineConfig } from 'vitest/config'

// Tests run the TypeScript sources of every package, so that no build has to come first.
const conditions = ['coset-source', 'module', 'node', 'import', 'default']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: ['packages/*/src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'conformance',
          include: ['suites/conformance/**/*.test.ts', 'examples/src/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['suites/faults/**/*.test.ts'],
          testTimeout: 1_200_000,
          fileParallelism: false,
        },
      },
    ],
  },
})

import { defineConfig } from 'vitest/config'
import type { Reporter, TestModule } from 'vitest/node'

// Tests run the TypeScript sources of every package, so that no build has to come first.
const conditions = ['coset-source', 'module', 'node', 'import', 'default']

/** Closes with one plain line that other programs can read. */
class PlainSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) counts[test.result().state]++
      if (!module.ok() && module.errors().length > 0) counts.failed++
    }
    console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: ['default', new PlainSummary()],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Files share what they import, which halves the time; none leaves anything behind in a module.
          isolate: false,
          include: ['packages/*/src/**/*.test.ts'],
          exclude: ['packages/cli/**', '**/*.process.test.ts'],
        },
      },
      // What starts processes and threads of its own, which takes too long to be run with every change.
      {
        extends: true,
        test: {
          name: 'processes',
          isolate: false,
          include: ['packages/*/src/**/*.process.test.ts'],
          testTimeout: 30_000,
        },
      },
      // The built command, as a user runs it.
      {
        extends: true,
        test: { name: 'cli', include: ['packages/cli/src/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'conformance',
          include: ['suites/conformance/**/*.test.ts', 'examples/src/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      // The packages as they are published: what they import, how large they are, what their types say.
      {
        extends: true,
        test: { name: 'packages', include: ['suites/packages/**/*.test.ts'], testTimeout: 60_000 },
      },
      // The SDK's build for browsers, in Chromium.
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['suites/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
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

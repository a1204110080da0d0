// npm run check: format, lint, types, reference pages, unit and port suites; under a minute.
import { join } from 'node:path'
import { bootstrap, root, run, tool } from './bootstrap.mjs'

bootstrap('packages/cli', 'packages/testkit')
run('format and lint', tool('@biomejs/biome', 'bin/biome'), ['check', '--error-on-warnings', '.'])
run('types', tool('typescript', 'bin/tsc'), ['-b'])
run('types in browsers', tool('typescript', 'bin/tsc'), ['-p', 'packages/sdk/tsconfig.browser.json'])
run('reference pages', join(root, 'tools/docs.mjs'), ['--check'])
run('kernel', join(root, 'tools/kernel.mjs'), ['--check'])
// Nothing here depends on time, so all cores may work; by default vitest leaves one idle.
run('unit and port suites', tool('vitest', 'vitest.mjs'), ['run', '--project', 'unit', '--maxWorkers=100%'])

// npm run check: format, lint, types, unit and port suites; under a minute.
import { bootstrap, run, tool } from './bootstrap.mjs'

bootstrap('packages/cli', 'packages/testkit')
run('format and lint', tool('@biomejs/biome', 'bin/biome'), ['check', '--error-on-warnings', '.'])
run('types', tool('typescript', 'bin/tsc'), ['-b'])
run('unit and port suites', tool('vitest', 'vitest.mjs'), ['run', '--project', 'unit'])

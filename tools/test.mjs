// npm test: installs and builds when needed, then runs every suite. Arguments go to vitest.
import { bootstrap, run, tool } from './bootstrap.mjs'

bootstrap('packages/cli', 'packages/sdk', 'packages/testkit')
run('the tests', tool('vitest', 'vitest.mjs'), ['run', ...process.argv.slice(2)])
